complete -c zookeeper-shell -l zk-tls-config-file -d 'Settings of the connection.' -r -F
complete -c zookeeper-shell -l timeout -d 'How long a session outlives its connection.' -r
complete -c zookeeper-shell -l r -d 'Takes a server that has lost its quorum, for reading.'
complete -c zookeeper-shell -l waitforconnection -d 'Waits for a server, as long as --timeout says, before the first command.'
complete -c zookeeper-shell -l help -d 'Prints this text.'
