complete -c kafka-topics -l topic-id -d 'The topic to describe, by its id; wins over --topic.' -r
complete -c kafka-topics -l partitions -d 'How many partitions the topic has or shall have; the broker\'s num.partitions if absent.' -r
complete -c kafka-topics -l replication-factor -d 'How many copies of each partition there are; the broker\'s default if absent.' -r
complete -c kafka-topics -l replica-assignment -d 'The brokers of each partition by hand, in place of the two above.' -r
complete -c kafka-topics -l config -d 'A setting of the topic; may be repeated.' -r
complete -c kafka-topics -l delete-config -d 'Takes a setting back; only with --alter and --zookeeper, else use kafka-configs.' -r
complete -c kafka-topics -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-topics -l command-config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-topics -l partition-size-limit-per-response -d 'How many partitions the broker describes at once.' -r
complete -c kafka-topics -l zookeeper -d 'Does the work in ZooKeeper itself, as releases before 3.0 did.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-topics -l topic -d 'The topic; unless it is created, a regular expression or a list of them with commas.' -r -f -a "(kafka-topics __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-topics -l output -d 'How to print: text as Kafka\'s own, json with one object a line, or table.' -r -f -a "text\t''
json\t''
table\t''"
complete -c kafka-topics -l list -d 'Lists the names of topics.'
complete -c kafka-topics -l create -d 'Creates a topic.'
complete -c kafka-topics -l describe -d 'Shows topics and their partitions.'
complete -c kafka-topics -l alter -d 'Gives a topic more partitions.'
complete -c kafka-topics -l delete -d 'Deletes topics.'
complete -c kafka-topics -l if-exists -d 'Does nothing to a topic that is not there.'
complete -c kafka-topics -l if-not-exists -d 'Does not create a topic that is there.'
complete -c kafka-topics -l exclude-internal -d 'Leaves out the topics that Kafka keeps for itself.'
complete -c kafka-topics -l under-replicated-partitions -d 'Describes only partitions with a replica that is not in sync.'
complete -c kafka-topics -l unavailable-partitions -d 'Describes only partitions whose leader is missing.'
complete -c kafka-topics -l under-min-isr-partitions -d 'Describes only partitions with fewer replicas in sync than min.insync.replicas.'
complete -c kafka-topics -l at-min-isr-partitions -d 'Describes only partitions with exactly min.insync.replicas in sync.'
complete -c kafka-topics -l topics-with-overrides -d 'Describes only topics with settings of their own, and not their partitions.'
complete -c kafka-topics -l disable-rack-aware -d 'Spreads replicas without regard to racks.'
complete -c kafka-topics -l force -d 'Has no effect.'
complete -c kafka-topics -l help -d 'Prints this text.'
complete -c kafka-topics -l version -d 'Prints the version.'
