complete -c start-zookeeper -l help -d 'Prints this text.'
complete -c start-zookeeper -l version -d 'Prints the version.'
