complete -c kafka-consumer-groups -l to-offset -d 'Resets to this offset.' -r
complete -c kafka-consumer-groups -l shift-by -d 'Resets to so many further on, or back; held to the ends of the log as is --to-offset.' -r
complete -c kafka-consumer-groups -l to-datetime -d 'Resets to the first records of this time or later; in UTC if no zone is given.' -r
complete -c kafka-consumer-groups -l by-duration -d 'Resets to the first records that are no older than this.' -r
complete -c kafka-consumer-groups -l from-file -d 'Resets to the offsets of a CSV file: [group,]topic,partition,offset a line.' -r -F
complete -c kafka-consumer-groups -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-consumer-groups -l command-config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-consumer-groups -l timeout -d 'How long a call to the brokers may take.' -r
complete -c kafka-consumer-groups -l zookeeper -d 'Shows groups of old consumers, which keep them in ZooKeeper; in place of --bootstrap-*.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-consumer-groups -l group -d 'A group; may be repeated.' -r -f -a "(kafka-consumer-groups __complete group (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-consumer-groups -l topic -d 'A topic, or some of its partitions; may be repeated.' -r -f -a "(kafka-consumer-groups __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-consumer-groups -l state -d 'Describes the state of groups; in a list shows it, of groups in these states alone.' -r -f -a "PreparingRebalance\t''
CompletingRebalance\t''
Stable\t''
Dead\t''
Empty\t''
Assigning\t''
Reconciling\t''"
complete -c kafka-consumer-groups -l type -d 'Shows the type of groups in a list, of groups of these types alone.' -r -f -a "classic\t''
consumer\t''"
complete -c kafka-consumer-groups -l output -d 'How to print lists, descriptions and plans: text as Kafka\'s own, json with one object a line, or table.' -r -f -a "text\t''
json\t''
table\t''"
complete -c kafka-consumer-groups -l list -d 'Lists the ids of groups.'
complete -c kafka-consumer-groups -l describe -d 'Shows how far groups have come, their members or state.'
complete -c kafka-consumer-groups -l reset-offsets -d 'Moves offsets of groups without members to where one of --to-*, --by-*, --shift-by and --from-* says.'
complete -c kafka-consumer-groups -l delete -d 'Deletes groups without members.'
complete -c kafka-consumer-groups -l delete-offsets -d 'Forgets what a group has committed for topics.'
complete -c kafka-consumer-groups -l all-groups -d 'All groups there are.'
complete -c kafka-consumer-groups -l all-topics -d 'All partitions of which the group has committed offsets, in place of --topic.'
complete -c kafka-consumer-groups -l to-earliest -d 'Resets to the first offsets.'
complete -c kafka-consumer-groups -l to-latest -d 'Resets to the offsets behind the last records.'
complete -c kafka-consumer-groups -l to-current -d 'Resets to what is committed, and where nothing is to the end.'
complete -c kafka-consumer-groups -l dry-run -d 'Only shows what a reset would do; so without --execute.'
complete -c kafka-consumer-groups -l execute -d 'Does the reset.'
complete -c kafka-consumer-groups -l offsets -d 'Describes committed offsets and lag, which is the default.'
complete -c kafka-consumer-groups -l members -d 'Describes the members.'
complete -c kafka-consumer-groups -l verbose -d 'Shows which partitions each member has.'
complete -c kafka-consumer-groups -l export -d 'Prints the plan of a reset as CSV, fit for --from-file.'
complete -c kafka-consumer-groups -l new-consumer -d 'Has no effect.'
complete -c kafka-consumer-groups -l help -d 'Prints this text.'
complete -c kafka-consumer-groups -l version -d 'Prints the version.'
