complete -c kafka-server-stop -l node-id -d 'Stops only the broker with this id.' -r
complete -c kafka-server-stop -l process-role -d 'Stops only processes with this role.' -r
complete -c kafka-server-stop -l help -d 'Prints this text.'
