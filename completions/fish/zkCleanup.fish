complete -c zkCleanup -l config -d 'The folder of the settings.' -r -F
complete -c zkCleanup -l n -d 'How many snapshots to keep, at least 3.' -r
complete -c zkCleanup -l help -d 'Prints this text.'
