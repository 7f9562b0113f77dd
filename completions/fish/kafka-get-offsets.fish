complete -c kafka-get-offsets -l partitions -d 'The partitions, all if absent.' -r
complete -c kafka-get-offsets -l topic-partitions -d 'Topics with their partitions, in place of the two above.' -r
complete -c kafka-get-offsets -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-get-offsets -l command-config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-get-offsets -l broker-list -d 'The older name of the address; --bootstrap-* wins where both are given.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-get-offsets -l topic -d 'The topics, all if absent.' -r -f -a "(kafka-get-offsets __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-get-offsets -l time -d 'Which offset is shown.' -r -f -a "earliest\t''
latest\t''
max-timestamp\t''
earliest-local\t''
latest-tiered\t''"
complete -c kafka-get-offsets -l output -d 'How to print: text as Kafka\'s own, json with one object a line, or table.' -r -f -a "text\t''
json\t''
table\t''"
complete -c kafka-get-offsets -l exclude-internal-topics -d 'Leaves out the topics that Kafka keeps for itself.'
complete -c kafka-get-offsets -l help -d 'Prints this text.'
complete -c kafka-get-offsets -l version -d 'Prints the version.'
