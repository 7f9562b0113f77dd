complete -c zookeeper-server-start -l daemon -d 'Runs in the background; logs go to $LOG_DIR, else logs/ beside bin/, else ./logs.'
complete -c zookeeper-server-start -l help -d 'Prints this text.'
