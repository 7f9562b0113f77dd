complete -c kafka-preferred-replica-election -l path-to-json-file -d 'The partitions as a file: {"partitions":[{"topic":"orders","partition":0}]}; all if absent.' -r -F
complete -c kafka-preferred-replica-election -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-preferred-replica-election -l admin.config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-preferred-replica-election -l zookeeper -d 'Writes what is wanted into ZooKeeper itself.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-preferred-replica-election -l help -d 'Prints this text.'
complete -c kafka-preferred-replica-election -l version -d 'Prints the version.'
