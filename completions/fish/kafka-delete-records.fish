complete -c kafka-delete-records -l offset-json-file -d 'The partitions, and the first offset of each that is kept.' -r -F
complete -c kafka-delete-records -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-delete-records -l command-config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-delete-records -l output -d 'How to print: text as Kafka\'s own, json with one object a line, or table.' -r -f -a "text\t''
json\t''
table\t''"
complete -c kafka-delete-records -l help -d 'Prints this text.'
complete -c kafka-delete-records -l version -d 'Prints the version.'
