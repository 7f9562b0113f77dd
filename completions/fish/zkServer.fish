complete -c zkServer -l config -d 'The folder of the settings.' -r -F
complete -c zkServer -l help -d 'Prints this text.'
