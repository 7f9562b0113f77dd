complete -c zookeeper-server-stop -l help -d 'Prints this text.'
