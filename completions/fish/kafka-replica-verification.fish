complete -c kafka-replica-verification -l broker-list -d 'Brokers of the cluster.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-replica-verification -l time -d 'Where to begin: -1 at the end, -2 at the start, or milliseconds since 1970.' -r
complete -c kafka-replica-verification -l fetch-size -d 'How much is asked of a partition at once.' -r
complete -c kafka-replica-verification -l max-wait-ms -d 'How long a broker may wait for something new.' -r
complete -c kafka-replica-verification -l report-interval-ms -d 'How often it is said how far it is.' -r
complete -c kafka-replica-verification -l topic-white-list -d 'The older name of --topics-include.' -r
complete -c kafka-replica-verification -l topics-include -d 'The topics.' -r -f -a "(kafka-replica-verification __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-replica-verification -l help -d 'Prints this text.'
complete -c kafka-replica-verification -l version -d 'Prints the version.'
