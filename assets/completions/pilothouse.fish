# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pilothouse_global_optspecs
    string join \n embedded= drill read-only linear theme= ascii slow record= record-cast= socket= url= token-file= ca= h/help V/version
end

function __fish_pilothouse_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pilothouse_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pilothouse_using_subcommand
    set -l cmd (__fish_pilothouse_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pilothouse -n "__fish_pilothouse_needs_command" -l embedded -d 'Serve the definitions in this directory from the same process, and forget it all at the end' -r -F
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l theme -d 'Draw with this theme; `pilothouse themes list` lists them' -r
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l record -d 'Record all that happens to this file, for `pilothouse replay`' -r -F
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l record-cast -d 'Record to this file as an asciicast (version 2)' -r -F
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l drill -d 'Practise on a small real fleet of this machine\'s own: every dialog works and nothing is harmed'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l read-only -d 'Refuse every action'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l linear -d 'Speak in lines and numbers, for screen readers; so does ACCESSIBLE=1'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l ascii -d 'Draw with ASCII characters only'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -l slow -d 'Spare a slow link: two frames a second, ASCII, 16 colours; `:slow off` ends it'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -s V -l version -d 'Print version'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "open" -d 'Open the terminal at a pipeline, a stage of it, or a release in it'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "status" -d 'Show every pipeline, most urgent first, or the stages of one'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "why" -d 'Say why a pipeline does not move: every blocker, since when, what clears it, who may pass it'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "alarms" -d 'Show the alarms of a pipeline, most urgent first: value, limit, effect, source'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "windows" -d 'Show when each stage of a pipeline lets releases in, and the rules with their file and line'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "release" -d 'Show a release: its changes and commits, its artifact, where it runs, what tested it'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "forecast" -d 'Say when each stage is expected to be reached and passed, and what that hangs on'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "events" -d 'Show what happened in a pipeline, or to the organization, oldest first'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "logs" -d 'Show what a step printed: a build, a test, a deployment; the newest unless one is named'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "tickets" -d 'List the open tickets of a pipeline or of all of them, newest first'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "watch" -d 'Follow a pipeline until a condition holds'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "metrics" -d 'Show how well changes reach production: frequency, lead time, failures, waits'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "handover" -d 'Write what happened in a shift, what is open and what comes next, as Markdown'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "notices" -d 'Show the routes on which people are told: what waits, what arrives, what fails'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "get" -d 'List things, one a row: for scripts'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "op" -d 'Say what became of a request, and what happened in its pipeline since'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "replay" -d 'Play a recording of the terminal; nothing in it can reach a server'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "approve" -d 'Approve what a stage asks people about'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "reject" -d 'Reject what a stage asks people about; final for that release and stage'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "override" -d 'Let one release pass named blockers of one stage, for a while'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "rollback" -d 'Roll a release back to the last good one, in one stage or a part of it, or everywhere'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "hold" -d 'Stop new deployments: of a pipeline, one of its stages, a service, or everything'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "lift" -d 'Lift a hold (h1), an override (o1), with --quarantine what a rollback left behind, or with --clock the doubt about a clock that stepped'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "retry" -d 'Try again what failed or is paused in a stage'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "ticket" -d 'Acknowledge, assign, annotate or resolve a ticket'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "undo" -d 'Take your approval back before it takes effect'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "yield" -d 'Let the newer candidate take the place of a release that waits for an approval'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "reload" -d 'Let the running server read its definitions again and take over what changed'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "check" -d 'Report every problem of the definitions in a directory, with file, line and column'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "explain" -d 'Print every effective value of a pipeline with its origin'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "schema" -d 'Print the JSON Schema of definition files, for editors, or the OpenAPI document of the server'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "window" -d 'Say whether a weekly window is open, and when that changes'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "serve" -d 'Run the pipelines that a directory defines, and serve them on the Unix socket'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "audit" -d 'Whether the journal is what was recorded'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "backup" -d 'Copy the journal to a new file, as it is now; the server goes on meanwhile'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "restore" -d 'Put a backup of the journal into a state directory that has none, on hold until somebody lifts it'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "demo" -d 'Try everything on a real small fleet on this machine'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "token" -d 'Make, list and revoke the tokens that open the server\'s TCP door'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "doctor" -d 'Check whether this machine is fit to run a server, and say what to do where it is not'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "term" -d 'Report what is known of this terminal and how the screens will be drawn'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "config" -d 'Print, check or find the configuration file'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "themes" -d 'List, print or check themes'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "keys" -d 'Print the keymap with your own keys, or check those'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "completion" -d 'Print the completions for a shell'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "man" -d 'Print the manual page'
complete -c pilothouse -n "__fish_pilothouse_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand open" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand open" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand open" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand open" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand open" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand status" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand status" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand status" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand status" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand status" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand status" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -l stage -d 'Only this stage, even when nothing waits for it' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand why" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand alarms" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand alarms" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand alarms" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand alarms" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand alarms" -l json -d 'Print one JSON object, with what each alarm read within the last hour'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand alarms" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l from -d 'From when, such as 2026-03-06T00:00:00Z [default: now]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l for -d 'For how long' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand windows" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand release" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand release" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand release" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand release" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand release" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand release" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand forecast" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand forecast" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand forecast" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand forecast" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand forecast" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand forecast" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l after -d 'Only the entries after this revision' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l organization -d 'What belongs to no pipeline: stops that reach several, definitions, groups, tokens'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l follow -d 'Go on with what happens from now on'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -l json -d 'Print one JSON object a line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand events" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l stage -d 'Only steps of this stage' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l step -d 'The step, as `--steps` lists it' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l steps -d 'List the steps, newest first, and no log'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l follow -d 'Go on with what it prints until it ends'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -l json -d 'Print one JSON object a line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand logs" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l mine -d 'Of every pipeline, or the one named: those in your hands, and those in nobody\'s where you approve'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l all -d 'The newest resolved ones too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -l json -d 'Print one JSON array'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand tickets" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l until -d '`stage=S,release=rN`: the release has passed the stage; `stage=S,state=ok` or `state=ok`: the stage or the whole pipeline is in that state' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l timeout -d 'End with status 124 after this time' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l fail-fast -d 'End with status 1 as soon as something fails, alarms or rolls back'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l exit-status -d 'End when nothing moves any more, with status 1 if something is wrong then'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l compact -d 'Only a line when the state, the stage or the release is another'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -l json -d 'Print one JSON object a line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand watch" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l days -d 'The window, compared with the one before it' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l owner -d 'Only the pipelines of this team' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l csv -d 'Print one line per pipeline, as CSV'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -l definitions -d 'Say what every number means'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand metrics" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l since -d 'How long the shift was; what comes next is told for as long' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l owner -d 'Only the pipelines of this team' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand handover" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -l test -d 'Send a notice that means nothing on this route, and say whether it arrived' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand notices" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -s o -l output -d 'How to print each' -r -f -a "table\t'Columns'
wide\t'More columns'
json\t'One JSON object a line'
name\t'Names alone'"
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -l no-headers -d 'Leave the names of the columns out'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -l watch -d 'Go on with each row that is different, until interrupted'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -l watch -d 'Go on until nothing is under way any more where it took effect'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -l json -d 'Print one JSON object a line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand op" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -l cast -d 'Write it to this file as an asciicast (version 2) instead' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -l last -d 'Print the screen that it ends with instead'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand replay" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l stage -d 'The stage that asks [default: the only one that does]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l release -d 'The release it asks for; another one there is refused' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand approve" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l stage -d 'The stage that asks [default: the only one that does]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l release -d 'The release it asks for; another one there is refused' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reject" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l stage -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l release -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l for -d 'How long it holds at most' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l uses -d 'How many attempts may use it' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l ticket -d 'The ticket that it belongs to' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand override" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l stage -d 'Only this stage' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l region -d 'Only this region of the stage' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l target -d 'Only this target of the stage' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l release -d 'What to roll back [default: the newest release that runs in the stage]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l everywhere -d 'Every stage that holds the changes of the release'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand rollback" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l stage -d 'Only this stage of the pipeline' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l service -d 'Every pipeline of a service' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l for -d 'When it ends by itself [default: when somebody lifts it]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l organization -d 'Stop the line: every pipeline there is'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand hold" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l quarantine -d 'The rolled-back release whose changes may deploy again' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l clock -d 'The clock is right: what it stepped over is believed'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand lift" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l stage -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l release -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand retry" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l assign -d 'Give it to somebody' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l acknowledge -d 'Say that you have seen it'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l resolve -d 'It is dealt with'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l note -d 'Write the reason on it'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand ticket" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l stage -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l release -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand undo" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l stage -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l release -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l key -d 'Name of the request; with the name of an earlier one it only says what became of that' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l reason -d 'Why, for the audit' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l dry-run -d 'Show what would happen, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand yield" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l expect -d 'Do it only if the plan still has this digest' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l dry-run -d 'Show what would change, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l yes -d 'Do not ask; without a terminal --expect is needed too'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand reload" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -l against-server -d 'Show too what they would change on the running server, and change nothing'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand check" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand explain" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand explain" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand explain" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand explain" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand explain" -l json -d 'Print one JSON object a line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand explain" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -l organization -d 'Of organization.toml instead of pipelines'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -l api -d 'The OpenAPI document of the server\'s interface instead'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand schema" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l time-zone -d 'The zone whose wall clock counts' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l at -d 'An instant, such as 2026-03-06T14:00:00Z; may be given several times [default: now]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l calendar -d 'An iCalendar file whose events close it; may be given several times' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -l json -d 'Print one JSON object a line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand window" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l state -d 'Where journal, artifacts and logs are kept [default: $XDG_STATE_HOME/pilothouse]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l socket-group -d 'Let a group of this machine get to the socket too; what its members may do stands in organization.toml under [[access]]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l tcp -d 'Serve on a port too, for who has a token: on loopback, such as 127.0.0.1:7070, or with the three switches below anywhere, such as 0.0.0.0:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l tls-cert -d 'Speak TLS on that port with this chain of certificates, in PEM form; SIGHUP reads it again' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l tls-key -d 'The certificate\'s key, which others must not be able to read' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l tls-name -d 'A name under which the server is asked for; may be given more than once' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l oidc-issuer -d 'Take tokens on that port too that this OpenID Connect issuer signed; what their bearers may do stands in organization.toml under [[access]]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l oidc-audience -d 'For whom they must be' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l oidc-keys -d 'Where the issuer\'s keys (JWKS) are: an https address, or the whole path of a file' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l oidc-name -d 'The claim with the operator\'s name' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l oidc-groups -d 'The claim with the groups that `oidc_group` is about' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l step-user -d 'Run steps as this user of the machine, who gets to their checkouts and artifacts and to nothing else of the server\'s; that takes root, or the capabilities that `doctor` names' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l step-memory -d 'Memory of each step, such as 2GiB, where its definition says nothing and the server can make control groups' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l step-processes -d 'Processes and threads of each step, likewise' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l step-cpu -d 'Processor time of each step, such as 150% for one and a half processors, likewise' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand serve" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -f -a "verify" -d 'Walk the chain of the journal; name the first entry that is not as it was recorded'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and not __fish_seen_subcommand_from verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l state -d 'The state directory of the journal [default: $XDG_STATE_HOME/pilothouse]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l head -d 'A head that was printed before, and that the journal must contain' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Walk the chain of the journal; name the first entry that is not as it was recorded'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand backup" -l state -d 'The state directory of the journal [default: $XDG_STATE_HOME/pilothouse]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand backup" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand backup" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand backup" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand backup" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand restore" -l state -d 'The state directory, which no server may use [default: $XDG_STATE_HOME/pilothouse]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand restore" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand restore" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand restore" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand restore" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l dir -d 'Where to put everything; new or empty, and removed at the end [default: a temporary directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l story -d 'Whether changes, good and bad, come by themselves' -r -f -a "yes\t''
no\t''"
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l until -d 'When to end without a terminal: when the story is told and approved to its end' -r -f -a "settled\t'Every release has reached the stage it is meant to reach'"
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l no-tui -d 'Play without a terminal, saying what happens line by line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -l json -d 'Print one JSON report at the end'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -f -a "create" -d 'Make a token and print its secret, which is kept nowhere and shown never again'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -f -a "list" -d 'List the tokens, those too that ended in the last 90 days'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -f -a "revoke" -d 'Let a token count no longer, from the next request on; streams that it opened end at once'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and not __fish_seen_subcommand_from create list revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l role -d 'What it may do: viewer, approver, operator or admin' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l team -d 'Only for pipelines of this team; may be given more than once [default: of every team]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l as -d 'Who acts with it, as approvals and the audit know them [default: the token\'s name]' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l for -d 'How long it counts, or `never` for a token that does not expire' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from list" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from list" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from list" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from list" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON array'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from revoke" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from revoke" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from revoke" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from revoke" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from revoke" -l json -d 'Print one JSON object'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make a token and print its secret, which is kept nowhere and shown never again'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the tokens, those too that ended in the last 90 days'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Let a token count no longer, from the next request on; streams that it opened end at once'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l state -d 'Where the server keeps its journal [default: $XDG_STATE_HOME/pilothouse]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l step-user -d 'Look whether steps could run as this user' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -l json -d 'Print one JSON array'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand term" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand term" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand term" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand term" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand term" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -f -a "print" -d 'Print every key that is set'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -f -a "check" -d 'Say what is wrong with the file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -f -a "path" -d 'Print where it is looked for'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and not __fish_seen_subcommand_from print check path help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from print" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from print" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from print" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from print" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from print" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from check" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from check" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from check" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from check" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from path" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from path" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from path" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from path" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "print" -d 'Print every key that is set'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say what is wrong with the file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where it is looked for'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -f -a "list" -d 'List those that can be chosen'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -f -a "print" -d 'Print one, to start a theme of your own from'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -f -a "import" -d 'Print a base16 scheme as a theme, to keep among yours'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -f -a "check" -d 'Say what is wrong with a theme file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and not __fish_seen_subcommand_from list print import check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from list" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from list" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from list" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from list" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from print" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from print" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from print" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from print" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from print" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from import" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from import" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from import" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from import" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from check" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from check" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from check" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from check" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from help" -f -a "list" -d 'List those that can be chosen'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from help" -f -a "print" -d 'Print one, to start a theme of your own from'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from help" -f -a "import" -d 'Print a base16 scheme as a theme, to keep among yours'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say what is wrong with a theme file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand themes; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -f -a "print" -d 'Print what each key does, and where'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -f -a "check" -d 'Say what is wrong with a file of your own keys'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and not __fish_seen_subcommand_from print check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from print" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from print" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from print" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from print" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from print" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from check" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from check" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from check" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from check" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "print" -d 'Print what each key does, and where'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say what is wrong with a file of your own keys'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand completion" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand completion" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand completion" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand completion" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand completion" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand man" -l socket -d 'The server\'s Unix socket [default: $XDG_RUNTIME_DIR/pilothouse/socket]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand man" -l url -d 'A server on a loopback port, such as http://127.0.0.1:7070, or anywhere over TLS, such as https://deploy.example.com:7443' -r
complete -c pilothouse -n "__fish_pilothouse_using_subcommand man" -l token-file -d 'The file with the token for --url [default on loopback: the one in the server\'s state directory]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand man" -l ca -d 'The file with the authorities, in PEM form, of which the server\'s certificate must be [default: those that this machine trusts]' -r -F
complete -c pilothouse -n "__fish_pilothouse_using_subcommand man" -s h -l help -d 'Print help'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "open" -d 'Open the terminal at a pipeline, a stage of it, or a release in it'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "status" -d 'Show every pipeline, most urgent first, or the stages of one'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "why" -d 'Say why a pipeline does not move: every blocker, since when, what clears it, who may pass it'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "alarms" -d 'Show the alarms of a pipeline, most urgent first: value, limit, effect, source'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "windows" -d 'Show when each stage of a pipeline lets releases in, and the rules with their file and line'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "release" -d 'Show a release: its changes and commits, its artifact, where it runs, what tested it'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "forecast" -d 'Say when each stage is expected to be reached and passed, and what that hangs on'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "events" -d 'Show what happened in a pipeline, or to the organization, oldest first'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "logs" -d 'Show what a step printed: a build, a test, a deployment; the newest unless one is named'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "tickets" -d 'List the open tickets of a pipeline or of all of them, newest first'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "watch" -d 'Follow a pipeline until a condition holds'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "metrics" -d 'Show how well changes reach production: frequency, lead time, failures, waits'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "handover" -d 'Write what happened in a shift, what is open and what comes next, as Markdown'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "notices" -d 'Show the routes on which people are told: what waits, what arrives, what fails'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "get" -d 'List things, one a row: for scripts'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "op" -d 'Say what became of a request, and what happened in its pipeline since'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "replay" -d 'Play a recording of the terminal; nothing in it can reach a server'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "approve" -d 'Approve what a stage asks people about'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "reject" -d 'Reject what a stage asks people about; final for that release and stage'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "override" -d 'Let one release pass named blockers of one stage, for a while'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "rollback" -d 'Roll a release back to the last good one, in one stage or a part of it, or everywhere'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "hold" -d 'Stop new deployments: of a pipeline, one of its stages, a service, or everything'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "lift" -d 'Lift a hold (h1), an override (o1), with --quarantine what a rollback left behind, or with --clock the doubt about a clock that stepped'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "retry" -d 'Try again what failed or is paused in a stage'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "ticket" -d 'Acknowledge, assign, annotate or resolve a ticket'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "undo" -d 'Take your approval back before it takes effect'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "yield" -d 'Let the newer candidate take the place of a release that waits for an approval'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "reload" -d 'Let the running server read its definitions again and take over what changed'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "check" -d 'Report every problem of the definitions in a directory, with file, line and column'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "explain" -d 'Print every effective value of a pipeline with its origin'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "schema" -d 'Print the JSON Schema of definition files, for editors, or the OpenAPI document of the server'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "window" -d 'Say whether a weekly window is open, and when that changes'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "serve" -d 'Run the pipelines that a directory defines, and serve them on the Unix socket'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "audit" -d 'Whether the journal is what was recorded'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "backup" -d 'Copy the journal to a new file, as it is now; the server goes on meanwhile'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "restore" -d 'Put a backup of the journal into a state directory that has none, on hold until somebody lifts it'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "demo" -d 'Try everything on a real small fleet on this machine'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "token" -d 'Make, list and revoke the tokens that open the server\'s TCP door'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "doctor" -d 'Check whether this machine is fit to run a server, and say what to do where it is not'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "term" -d 'Report what is known of this terminal and how the screens will be drawn'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "config" -d 'Print, check or find the configuration file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "themes" -d 'List, print or check themes'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "keys" -d 'Print the keymap with your own keys, or check those'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "completion" -d 'Print the completions for a shell'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "man" -d 'Print the manual page'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and not __fish_seen_subcommand_from open status why alarms windows release forecast events logs tickets watch metrics handover notices get op replay approve reject override rollback hold lift retry ticket undo yield reload check explain schema window serve audit backup restore demo token doctor term config themes keys completion man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Walk the chain of the journal; name the first entry that is not as it was recorded'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "create" -d 'Make a token and print its secret, which is kept nowhere and shown never again'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "list" -d 'List the tokens, those too that ended in the last 90 days'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "revoke" -d 'Let a token count no longer, from the next request on; streams that it opened end at once'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "print" -d 'Print every key that is set'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Say what is wrong with the file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print where it is looked for'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from themes" -f -a "list" -d 'List those that can be chosen'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from themes" -f -a "print" -d 'Print one, to start a theme of your own from'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from themes" -f -a "import" -d 'Print a base16 scheme as a theme, to keep among yours'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from themes" -f -a "check" -d 'Say what is wrong with a theme file'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "print" -d 'Print what each key does, and where'
complete -c pilothouse -n "__fish_pilothouse_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "check" -d 'Say what is wrong with a file of your own keys'
