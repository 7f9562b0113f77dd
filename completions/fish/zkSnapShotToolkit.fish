complete -c zkSnapShotToolkit -l d -d 'Prints the data of every node in base64.'
complete -c zkSnapShotToolkit -l json -d 'Prints names and lengths as one JSON document.'
complete -c zkSnapShotToolkit -l help -d 'Prints this text.'
