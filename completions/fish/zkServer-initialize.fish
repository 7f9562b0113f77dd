complete -c zkServer-initialize -l configfile -d 'The settings.' -r -F
complete -c zkServer-initialize -l myid -d 'Which server of the ensemble it is, from 1 to 255.' -r
complete -c zkServer-initialize -l force -d 'Deletes what the folders hold.'
complete -c zkServer-initialize -l help -d 'Prints this text.'
