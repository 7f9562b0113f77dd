complete -c kafka-reassign-partitions -l topics-to-move-json-file -d 'Which topics to move: {"topics":[{"topic":"orders"}],"version":1}.' -r -F
complete -c kafka-reassign-partitions -l broker-list -d 'The brokers to which topics are to move.' -r
complete -c kafka-reassign-partitions -l reassignment-json-file -d 'The moves, as --generate prints them.' -r -F
complete -c kafka-reassign-partitions -l throttle -d 'How many bytes a second moves between brokers may take; no limit if absent.' -r
complete -c kafka-reassign-partitions -l replica-alter-log-dirs-throttle -d 'How many bytes a second moves between folders of a broker may take; no limit if absent.' -r
complete -c kafka-reassign-partitions -l timeout -d 'How long to try to start moves between folders of a broker.' -r
complete -c kafka-reassign-partitions -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-reassign-partitions -l command-config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-reassign-partitions -l zookeeper -d 'Does the work in ZooKeeper itself, as releases before 3.0 did.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-reassign-partitions -l generate -d 'Proposes a move of topics to a list of brokers.'
complete -c kafka-reassign-partitions -l execute -d 'Starts the moves that a file names.'
complete -c kafka-reassign-partitions -l verify -d 'Says how far moves have come, and ends throttles of those done.'
complete -c kafka-reassign-partitions -l cancel -d 'Calls moves off.'
complete -c kafka-reassign-partitions -l list -d 'Shows all moves that are under way.'
complete -c kafka-reassign-partitions -l disable-rack-aware -d 'Spreads replicas without regard to racks.'
complete -c kafka-reassign-partitions -l additional -d 'Starts moves beside those that are under way, or changes the throttle of these.'
complete -c kafka-reassign-partitions -l preserve-throttles -d 'Leaves throttles as they are.'
complete -c kafka-reassign-partitions -l help -d 'Prints this text.'
complete -c kafka-reassign-partitions -l version -d 'Prints the version.'
