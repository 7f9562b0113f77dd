complete -c kafka-console-producer -l property -d 'How lines become records: parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator, null.marker, ignore.error; may be repeated.' -r
complete -c kafka-console-producer -l reader-config -d 'The same as a properties file.' -r -F
complete -c kafka-console-producer -l line-reader -d 'Kafka\'s name of what reads lines; there is only LineMessageReader.' -r
complete -c kafka-console-producer -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-console-producer -l broker-list -d 'The older name of the address; --bootstrap-* wins where both are given.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-console-producer -l producer.config -d 'Settings of the producer as a properties file.' -r -F
complete -c kafka-console-producer -l producer-property -d 'A setting of the producer, in place of the file\'s; may be repeated.' -r
complete -c kafka-console-producer -l request-timeout-ms -d 'How long to wait for a broker\'s answer.' -r
complete -c kafka-console-producer -l metadata-expiry-ms -d 'When the list of brokers and topics is asked for again.' -r
complete -c kafka-console-producer -l socket-buffer-size -d 'The socket send buffer.' -r
complete -c kafka-console-producer -l batch-size -d 'How many bytes of records make a batch.' -r
complete -c kafka-console-producer -l max-partition-memory-bytes -d 'The older name of --batch-size, which gives way.' -r
complete -c kafka-console-producer -l timeout -d 'How long a batch waits to be filled; without it only until no more input is at hand.' -r
complete -c kafka-console-producer -l message-send-max-retries -d 'How often a failed batch is sent again.' -r
complete -c kafka-console-producer -l retry-backoff-ms -d 'How long to wait before that.' -r
complete -c kafka-console-producer -l max-block-ms -d 'How long to wait for memory, or for the topic to be there.' -r
complete -c kafka-console-producer -l max-memory-bytes -d 'How many bytes of records may wait to be sent.' -r
complete -c kafka-console-producer -l queue-size -d 'Has no effect.' -r
complete -c kafka-console-producer -l queue-enqueuetimeout-ms -d 'Has no effect.' -r
complete -c kafka-console-producer -l key-serializer -d 'Has no effect: keys are sent as they are.' -r
complete -c kafka-console-producer -l value-serializer -d 'Has no effect: values are sent as they are.' -r
complete -c kafka-console-producer -l topic -d 'The topic to write to.' -r -f -a "(kafka-console-producer __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-console-producer -l compression-codec -d 'How batches are compressed; gzip where only the option is given, none without it.' -r -f -a "none\t''
gzip\t''
snappy\t''
lz4\t''
zstd\t''"
complete -c kafka-console-producer -l request-required-acks -d 'Who must have a record: 0 nobody, 1 the leader, -1 or all everyone in sync.' -r -f -a "-1\t''
0\t''
1\t''
all\t''"
complete -c kafka-console-producer -l sync -d 'Waits for each record before the next is sent.'
complete -c kafka-console-producer -l old-producer -d 'Has no effect: there is one producer.'
complete -c kafka-console-producer -l help -d 'Prints this text.'
complete -c kafka-console-producer -l version -d 'Prints the version.'
