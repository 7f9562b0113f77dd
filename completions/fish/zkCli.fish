complete -c zkCli -l server -d 'Where the servers are.' -r -f -a "(__fish_print_hostnames)"
complete -c zkCli -l timeout -d 'How long a session outlives its connection.' -r
complete -c zkCli -l client-configuration -d 'Settings of the connection.' -r -F
complete -c zkCli -l r -d 'Takes a server that has lost its quorum, for reading.'
complete -c zkCli -l waitforconnection -d 'Waits for a server, as long as --timeout says, before the first command.'
complete -c zkCli -l help -d 'Prints this text.'
