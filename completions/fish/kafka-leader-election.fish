complete -c kafka-leader-election -l partition -d 'The partition of it.' -r
complete -c kafka-leader-election -l path-to-json-file -d 'The partitions as a file: {"partitions":[{"topic":"orders","partition":0}]}.' -r -F
complete -c kafka-leader-election -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-leader-election -l admin.config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-leader-election -l election-type -d 'Which replica is to lead: preferred is the first, unclean any that lives where none leads.' -r -f -a "preferred\t''
unclean\t''"
complete -c kafka-leader-election -l topic -d 'The topic of the one partition meant.' -r -f -a "(kafka-leader-election __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-leader-election -l all-topic-partitions -d 'All partitions there are.'
complete -c kafka-leader-election -l help -d 'Prints this text.'
complete -c kafka-leader-election -l version -d 'Prints the version.'
