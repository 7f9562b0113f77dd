complete -c zkTxnLogToolkit -l zxid -d 'Where to cut, as a number or behind 0x.' -r
complete -c zkTxnLogToolkit -l dump -d 'Shows every transaction, as without an option.'
complete -c zkTxnLogToolkit -l recover -d 'Writes the log again with right checksums.'
complete -c zkTxnLogToolkit -l yes -d 'Puts every wrong checksum right without asking.'
complete -c zkTxnLogToolkit -l chop -d 'Writes the log again up to --zxid.'
complete -c zkTxnLogToolkit -l verbose -d 'Shows all transactions with --recover.'
complete -c zkTxnLogToolkit -l help -d 'Prints this text.'
