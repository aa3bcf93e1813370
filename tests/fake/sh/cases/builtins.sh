set -e; if false; then :; fi; false || true; ! true; echo a; (false); echo b
---
set -e; f() { false; echo in; }; f && echo x; f; echo no
---
set -e; x=$(false); echo no
---
set -e; { false; echo a; } | cat; echo b; false | true; echo c
---
set -e; while false; do :; done; echo a; echo $(false; echo q); false && true; echo z
---
set -u; echo ${x-ok} ${x:+y} $# $* "$@"; echo ${#x}
---
set -u; echo $1
---
set -x; x=$(echo a); echo 'it'"'"'s' "" 'a	b' '$x' a* '*' "a;b" -n x=1 ~; [[ a = a ]]; case x in x) ;; esac; if :; then (echo s); fi; f() { echo "$1"; }; f q >/dev/null; y='a b' z=
---
set -v; echo a
---
set -f; echo /*; set +f; set -- -x a; echo $1; set - a b; echo $*; set a; echo $*; set --; echo $#
---
set -o foo
---
set -a; x=1; env | grep ^x=; set +a; y=2; env | grep -c ^y=; set -n; echo hi
---
set +o
---
set -eu -o pipefail; echo $-
---
trap 'echo t' USR1; kill -USR1 $$; echo after; trap - USR1; trap; trap 'echo x' EXIT; (trap; echo sub); trap '' USR1; trap; sh -c 'trap'
---
trap 'echo exit $?' EXIT; false
---
trap 'echo e; exit 5' EXIT; exit 3
---
trap 'echo usr' USR1; (sleep 0.1; kill -USR1 $$) & sleep 0.3; echo done; wait; echo $?
---
trap 'echo usr' USR1; (sleep 0.1; kill -USR1 $$) & wait $!; echo $?; wait; echo $?
---
trap 'echo err' ERR; false; echo x
---
trap 'echo a' 0; exec true
---
trap 'echo $?; false' USR1; (exit 7); kill -USR1 $$; echo $?
---
trap -l; trap a b c
---
trap; trap "echo 'it'" TERM; trap; trap TERM; trap; trap 2; trap '' HUP; trap; trap -p; trap -- - HUP; trap
---
alias ll='echo LL'; ll a; alias
---
alias ll='echo LL '
alias x=y
ll x; alias ll; unalias ll; ll; alias e='echo a;echo'; 
e b
---
f() { local x=1 y; echo "$x$y"; x=3; g; }; g() { echo g$x; x=4; }; x=0; f; echo $x
---
f() { echo $# $1 $0; shift; echo $*; return 4; echo no; }; f a b c; echo $? $#
---
f() { x=1; }; x=5 f; echo $x; f() { echo $x; env | grep ^x; }; x=5 f
---
f() (exit 3); f; echo $?; g() if true; then echo g; fi; g; h() { echo $1; } >/tmp/h1; h yo; cat /tmp/h1
---
unset -f nofunc; f() { :; }; unset -f f; f; x=1; unset x; echo ${x-unset}; unset -v y; readonly r=1; unset r; echo $?
---
export x=1 y; env | grep ^[xy]; y=3; env | grep ^y; export -n x; env | grep -c ^x; export -p | grep ' y'; export
---
readonly x=1; readonly -p; export x=2; echo $?
---
eval; echo $?; eval echo a \; echo b; eval 'x=1;' 'echo $x'; eval false; echo $?; eval ''; echo $?
---
command echo a; command -p echo b; command nope; echo $?; command; echo $?; command -x
---
getopts ab: o -a -b v w; echo $o $OPTIND $OPTARG; getopts ab: o -a -b v w;  echo $o $OPTIND $OPTARG;  getopts ab: o -a -b v w;  echo $? $o $OPTIND $OPTARG
---
while getopts :ab: o -ax -b; do echo "$o $OPTARG $OPTIND"; done; echo $OPTIND; OPTIND=1; while getopts ab: o -ax -b; do echo "$o $OPTARG"; done
---
set -- -a -bfoo -- x; while getopts ab: o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo $*
---
umask 077; umask; umask u=rwx,g=rx,o=; umask; umask -S; umask g+w; umask; umask 22; touch /tmp/um; ls -l /tmp/um | cut -c1-10; rm /tmp/um
---
exit 256
---
exit 300; 
---
exit -1
---
exit 1 2
---
(exit 5); exit
---
false; (exit); echo $?
---
shift; echo $?; set a b c; shift; echo $*; shift 2; echo $#; shift 0; shift a
---
let x=1+1 y=x*2; echo $x $y $?; let 0; echo $?; let; echo $?; let 'x=5, y=6'; echo $y
---
printf '%s\n' a b; printf '%d %5s|%-5s|%x %o %c %%\n' 5 a b 255 8 xyz; printf 'a\tb\n'; printf; echo $?; printf '%b' 'a\n'; printf '%q\n' 'a b'; printf '%z'; echo $?; printf -- '-a\n'; printf '%s'; printf '%5.1f\n' 3.14159; printf "%d\n" "'a"; printf -v x hi; echo $x
---
echo -n a; echo -e 'a\tb\c' x; echo; echo -E 'a\tb'; echo -ne 'x\n'; echo -nx; echo -; echo --; echo -e '\0101 \x41 \101'; echo 'a\tb'
---
source; echo $?; . ; echo 'echo in $1 $#; return 3; echo no' >/tmp/s1; . /tmp/s1 q r; echo $?; set -- z; . /tmp/s1; cd /tmp; . s1; . ./s1; PATH=/tmp:$PATH; . s1
---
wait 1; echo $?; wait $$; echo $?; true & wait $!; echo $?; wait $!; echo $?; false & wait; echo $?; wait abc; echo $?; wait -x
---
x=1 | x=2; echo $x; echo a | read y; echo "<$y>"; echo a b | { read x y; echo $y; }; echo a | while read l; do echo "[$l]"; done; ! echo a | grep -q b; echo $?
---
i=0; while [ $i -lt 5 ]; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; until [ $i = 0 ]; do i=$((i-1)); done; echo $i; for a in 1 2; do for b in 1 2; do echo $a$b; continue 2; done; done; for a in 1 2; do for b in 1 2; do echo $a$b; break 2; done; done; for i in 1 2; do (break); echo $i; done; f() { break; }; for i in 1 2; do f; echo $i; done
---
exec 3>/tmp/e3; echo hi >&3; exec 3>&-; cat /tmp/e3; exec 4</tmp/e3; read l <&4; echo $l; exec 4<&-; read l <&4; echo $?; exec 5<>/tmp/e3; echo x >&5; cat /tmp/e3; exec >/tmp/e6; echo out; cat /tmp/e6 >&2
---
echo hi >/; echo $?; echo hi >/etc/passwd/x; cat < /etc; cat </etc/passwd/x; echo $?; exec 9>/; echo no
---
nope 2>/dev/null; echo $?; { nope; } 2>&1; x=$(nope 2>&1); echo "$x"; nope | cat; nope & wait
---
echo 'echo script $0 $1 $#' >/tmp/sc; chmod +x /tmp/sc; /tmp/sc a; cd /tmp; ./sc b; sh sc c; sh /tmp/nosuch; echo $?; sh nosuch; printf '#!/bin/sh\necho sb $0\n' >/tmp/sb; chmod +x sb; ./sb; printf '#!/nope\n' >sn; chmod +x sn; ./sn; echo $?; rm sb sc sn; ./sb
---
$nope; echo $?; "" ; echo $?; $nope echo a; "$nope"; x= y; x=1 $nope; echo $x; >/tmp/em; echo $?; ls -la /tmp/em | cut -c1-10
---
cat <<E | tr a-z A-Z
hello $(echo sub) ${x:-d e}
E
(cat <<E
in sub
E
); f() { cat <<E
f $1
E
}; f arg; for i in 1 2; do cat <<E; done
i=$i
E
