complete -c kafka-console-consumer -l include -d 'The topics to read, as a regular expression.' -r
complete -c kafka-console-consumer -l whitelist -d 'The older name of --include, which wins.' -r
complete -c kafka-console-consumer -l partition -d 'Reads only this partition, from its end on.' -r
complete -c kafka-console-consumer -l max-messages -d 'Ends after so many records.' -r
complete -c kafka-console-consumer -l timeout-ms -d 'Ends when no record came for so long.' -r
complete -c kafka-console-consumer -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-console-consumer -l consumer.config -d 'Settings of the consumer as a properties file.' -r -F
complete -c kafka-console-consumer -l consumer-property -d 'A setting of the consumer, in place of the file\'s; may be repeated.' -r
complete -c kafka-console-consumer -l property -d 'What is printed and how: print.timestamp, print.partition, print.offset, print.headers, print.key, print.value, key.separator, line.separator, headers.separator, null.literal, key.deserializer, value.deserializer, headers.deserializer; may be repeated.' -r
complete -c kafka-console-consumer -l formatter-config -d 'The same as a properties file.' -r -F
complete -c kafka-console-consumer -l formatter -d 'Kafka\'s name of what prints records.' -r
complete -c kafka-console-consumer -l key-deserializer -d 'Kafka\'s name of how keys are read.' -r
complete -c kafka-console-consumer -l value-deserializer -d 'Kafka\'s name of how values are read.' -r
complete -c kafka-console-consumer -l zookeeper -d 'Where the brokers are looked up, in place of --bootstrap-server.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-console-consumer -l blacklist -d 'Reads all topics but these; with --zookeeper.' -r
complete -c kafka-console-consumer -l metrics-dir -d 'Has no effect.' -r
complete -c kafka-console-consumer -l topic -d 'The topic to read.' -r -f -a "(kafka-console-consumer __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-console-consumer -l offset -d 'Where to begin in the partition: earliest, latest or a number.' -r -f -a "earliest\t''
latest\t''"
complete -c kafka-console-consumer -l group -d 'The consumer group: its members share the partitions, its offsets are kept.' -r -f -a "(kafka-console-consumer __complete group (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-console-consumer -l isolation-level -d 'Whether records of open and aborted transactions are read too.' -r -f -a "read_uncommitted\t''
read_committed\t''"
complete -c kafka-console-consumer -l from-beginning -d 'Begins with the first record where the group has no offset yet.'
complete -c kafka-console-consumer -l skip-message-on-error -d 'Goes on after a record that cannot be printed.'
complete -c kafka-console-consumer -l enable-systest-events -d 'Prints shutdown_complete at the end.'
complete -c kafka-console-consumer -l new-consumer -d 'Has no effect: there is one consumer.'
complete -c kafka-console-consumer -l delete-consumer-offsets -d 'Has no effect: offsets are not in ZooKeeper.'
complete -c kafka-console-consumer -l csv-reporter-enabled -d 'Has no effect.'
complete -c kafka-console-consumer -l help -d 'Prints this text.'
complete -c kafka-console-consumer -l version -d 'Prints the version.'
