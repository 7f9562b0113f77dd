complete -c start-kafka -l help -d 'Prints this text.'
complete -c start-kafka -l version -d 'Prints the version.'
