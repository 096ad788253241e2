# What inside.rs does, for images that have a shell, where that cannot be put or run. It needs no other command:
# `sleep` only gives what is hung up its time.
#   $1 session, $2 `look` or `end`, $3 ids of sessions that are known to belong to it
# Prints `sessions …`, `left NUMBER …`, and at last `done`.
mark=QUAYSIDE_SESSION=$1 mode=$2 sessions=" $3 " theirs=' '

stat() { # NUMBER: its fields from the state on; what comes before them may hold anything
    last=
    { while read -r line; do last=$line; done <"/proc/$1/stat"; } 2>/dev/null
    last=${last##*)}
}
is_marked() { # NUMBER: `read` leaves out the zeros between the variables
    found=
    {
        while read -r line || [ "$line" ]; do
            case $line in *"$mark"*) found=yes ;; esac
        done <"/proc/$1/environ"
    } 2>/dev/null
    [ "$found" ]
}
stat 1
set -- $last
main=$4

look() {
    list=
    for folder in /proc/[0-9]*; do
        id=${folder#/proc/}
        case $id in 1 | $$) continue ;; esac
        stat "$id"
        set -- $last
        case $1 in '' | Z | X) continue ;; esac
        list="$list $id:$2:$4"
        case $theirs in *" $id "*) continue ;; esac
        ! is_marked "$id" || theirs="$theirs$id "
    done
    grown=yes
    while [ "$grown" ]; do
        grown= left=
        for entry in $list; do
            id=${entry%%:*} session=${entry##*:} parent=${entry#*:}
            parent=${parent%:*}
            case $theirs in
            *" $id "*) ;;
            *)
                case "$theirs/$sessions" in
                *" $parent "*/* | */*" $session "*) theirs="$theirs$id " grown=yes ;;
                *) continue ;;
                esac
                ;;
            esac
            left="$left $id"
            case "$sessions 0 $main " in
            *" $session "*) ;;
            *) sessions="$sessions$session " grown=yes ;;
            esac
        done
    done
}
pause() { sleep 0.1 2>/dev/null || sleep 1; }

look
if [ "$mode" = end ] && [ "$left" ]; then
    kill -HUP $left 2>/dev/null
    kill -CONT $left 2>/dev/null
    # A look takes its time; whether one of them is there does not.
    round=0
    alive=yes
    while [ "$alive" ] && [ $round -lt 12 ]; do
        pause
        alive=
        for id in $left; do
            ! kill -0 "$id" 2>/dev/null || alive=yes
        done
        round=$((round + 1))
    done
    look
    round=0
    while [ "$left" ] && [ $round -lt 5 ]; do
        kill -STOP $left 2>/dev/null
        kill -KILL $left 2>/dev/null
        pause
        look
        round=$((round + 1))
    done
fi
echo sessions $sessions
for id in $left; do echo left $id; done
echo "done"
