complete -c kafka-server-start -l with-zookeeper -d 'Runs ZooKeeper in the same process; its file only after \'=\'.' -r -F
complete -c kafka-server-start -l override -d 'Sets a property in place of the file\'s; may be repeated, the last one counts.' -r
complete -c kafka-server-start -l daemon -d 'Runs in the background; logs go to $LOG_DIR, else logs/ beside bin/, else ./logs.'
complete -c kafka-server-start -l help -d 'Prints this text.'
complete -c kafka-server-start -l version -d 'Prints the version.'
