complete -c kafka-log-dirs -l broker-list -d 'Asks these brokers only.' -r
complete -c kafka-log-dirs -l bootstrap-server -d 'Brokers to ask first; the others are learned from them.' -r -f -a "(__fish_print_hostnames)"
complete -c kafka-log-dirs -l command-config -d 'Settings of the admin client, as a properties file.' -r -F
complete -c kafka-log-dirs -l topic-list -d 'Shows these topics only.' -r -f -a "(kafka-log-dirs __complete topic (commandline -opc)[2..] 2>/dev/null)"
complete -c kafka-log-dirs -l describe -d 'Shows log directories; there is nothing else to do.'
complete -c kafka-log-dirs -l help -d 'Prints this text.'
complete -c kafka-log-dirs -l version -d 'Prints the version.'
