sh -c 'kill -TERM $$; echo no'; echo $?; sh -c 'exit 143'; echo $?
---
x=$(sh -c 'kill -9 $$'); echo $? "$x"; (kill -9 $(sh -c 'echo $PPID')); echo $?
---
for i in 1 2 3; do echo $i; done | while read x; do echo "<$x>"; done
---
seq 1 5 | { read a; read b; cat; echo $a $b; }
---
yes | head -n 2
---
{ sleep 0.2; echo late; } & echo now; wait; echo end
---
sleep 5 & p=$!; kill $p; wait $p; echo $?
---
f() { sleep 0.1; echo $1; }; f a & sleep 0.05; f b & wait; echo c
---
(echo a; echo b >&2) 2>&1 | cat; (echo a; echo b >&2) 2>&1 >/dev/null | cat
---
i=0; while [ $i -lt 200 ]; do i=$((i+1)); done; echo $i; i=0; until [ $((i+=1)) -ge 50 ]; do :; done; echo $i
---
fib() { if [ $1 -lt 2 ]; then echo $1; else echo $(( $(fib $(($1-1))) + $(fib $(($1-2))) )); fi; }; fib 7
---
down() { [ $1 = 0 ] && return; down $(($1-1)); }; down 400; echo $?
---
fact() { local n=$1; [ $n -le 1 ] && { echo 1; return; }; echo $((n * $(fact $((n-1))))); }; fact 10
---
PATH=; nope; PATH=/nil nope; echo $?; unset PATH; nope; echo $?
---
cat <<E >out; cat out
a
E
cat <<'E' | while read -r l; do echo "[$l]"; done
x\y $z
 two  
E
---
exec 3>&1; echo to3 >&3; exec 3>&-; { echo a; echo b >&2; } >o 2>&1; cat o; echo x >>o; cat o; cat <o >p; cat p; : >o; cat o; echo done
---
set -e; trap 'echo trapped $?' EXIT; false; echo no
---
set -e; f() { return 3; }; f || echo $?; f; echo no
---
set -e; if ! f; then echo x; fi; x=$(exit 4) || echo $?; y=$(exit 5); echo no
---
set -e; (set +e; false; echo in); (false; echo no) || echo or; eval 'false'; echo no
---
#file
echo $0 $1 $2 $#
shift
echo $*
set -- a "b c"
for x in "$@"
do
    echo "<$x>"
done
nope | cat
. ./missing
echo no
---
#stdin
read a
line for read
echo "<$a>"
if true
then
    echo yes
fi
cat <<END
doc $((1+1))
END
exit 4
---
#stdin
f() {
    echo "$1"
}
f x
alias g='f y'
g
echo "a
b"
nope
(exit 3)
---
#file
alias g='echo aliased'
g x
trap 'echo bye' EXIT
exec 2>&1
nope
echo ${x?}
---
x=héé; echo "${#x} ${x%?}"; case é in ?) echo one;; ??) echo two;; esac; echo "ü" 'ö' ä; for i in é à; do echo $i; done; echo é >ä; cat ä; echo *
---
printf '%s|' a 'b c' "d'e"; echo; printf '%03d %x %5s %-5s| %c\n' 7 255 ab cd xyz; printf '%s\n'; printf '%d %d\n' 1 2 3
---
echo "a" > 'x y'; cat "x y"; x='x y'; cat <"$x"; cat <$x; echo b >>$x; cat *
---
test -f nope; echo $?; [ -d . ] && echo dir; [ -e x ] || echo none; >x; [ -f x -a ! -s x ] && echo empty; [ x = x ] && [ a != b ]; echo $?; [ 5 -gt 3 ] && [ 3 -le 3 ] && echo num; [ -n "" ] || echo blank; [ -z "" ]; echo $?
---
[[ abc == a* && -n x ]]; echo $?; [[ abc == "b*" || 1 -eq 1 ]]; echo $?; [[ abc =~ ^a.c$ ]]; echo $?; [[ ! a = b ]]; echo $?; [[ a != a* ]]; echo $?; x='a b'; [[ $x = 'a b' ]]; echo $?; [[ -z $nope ]]; echo $?; [[ -d / ]]; echo $?; [[ a; echo $?
---
a=5; b=3; echo $((a+b)) $((a-b)) $((a*b)) $((a/b)) $((a%b)) $((a**b)) $((a<<b)) $((a>b)) $((a==5&&b==3)) $((!a)) $((-a)) $((a?b:0)) $((a=b)) $a $((a+=2)) $((a++)) $a $((--a)) $((0x1F+010)) $(( (a+b) * 2 ))
---
x=abcdef; echo ${x:2} ${x:1:3} ${x: -3} ${x: -3:2} ${x:0:-2} ${x/cd/XY} ${x//[aeiou]/_} ${x#ab} ${x%ef} ${x##*c} ${x%%c*} ${#x} ${y:-def} ${x:+set} ${y+no}
---
IFS=,; x=a,b,,c; set -- $x; echo $# "$1|$2|$3|$4"; IFS=', '; x='a , b,c  d'; set -- $x; echo $# "$*"; unset IFS; x='  a   b '; set -- $x; echo $#
---
case $- in *c*) echo c;; esac; case foo.tar.gz in *.tar) echo tar;; *.gz) echo gz;; esac; case "a b" in a\ b) echo ok;; esac; case x in [!a-m]) echo not;; esac; case a in [a-c]|z) echo in;; esac; case '' in '') echo empty;; esac
---
getopts ab: o -b; echo $? $o; OPTIND=1; while getopts "hv:n" o -v 1 -n -h rest; do case $o in h) echo h;; v) echo v=$OPTARG;; n) echo n;; esac; done; echo $OPTIND
---
trap 'echo caught; exit 7' TERM; kill $$; echo no
---
trap '' TERM; kill $$; echo survived; sh -c 'kill $$; echo child too'
---
(trap 'echo sub; exit 3' TERM; kill -TERM $(sh -c 'echo $PPID'); echo no); echo $?
---
command exit 3; echo no
---
command eval 'x=$((1/0))'; echo $?
---
command . /nofile; echo $?; command export 1a; echo $?; command cd /nope; echo $?
---
eval 'echo "a  b"' "'c  d'"; eval "x='1 2'"; echo "$x"; eval; eval 'if true; then echo y; fi'; eval '(exit 6)'; echo $?
---
f() { echo "f: $*"; }; f 1 2; unset -f f; f 2>&1; f() { echo new; }; f; f=var; echo $f; f() { return 5; }; f && echo no || echo $?; g() { f; }; g; echo $?
---
x=1; f() { local x; echo "<$x>"; x=2; local y=$x; echo $y; }; f; echo $x $y; f() { local x=$1 z="a b"; echo $x "$z"; }; f q
---
echo one; echo two >&2; false | true; echo $?; ! false; echo $?; true && false || echo or; { true; } && (false) || echo or2
---
echo $(echo a; echo b) "$(echo a; echo b)" `echo c`; x=$(cat <nope); echo $? "<$x>"; x=$(echo hi >&2); echo "<$x>"; echo "$(printf '\n\na\n\n')"
---
while read a b; do echo "$b $a"; done <<E
1 2
3 4 5
E
n=0; while :; do n=$((n+1)); if [ $n = 3 ]; then break; fi; done; echo $n; for f in a b c; do [ $f = b ] && continue; echo $f; done
---
while :; do echo x; done | head -n 2
---
{ echo a; echo b; } | { read x; echo "got $x"; }; echo $?
---
f() { echo "$@" | tr a-z A-Z; }; f abc; x=$(f def); echo $x
---
trap 'echo hup' HUP; kill -HUP $$; kill -s HUP $$; kill -1 $$; trap - HUP; trap
---
nohup_test=1; (exec sh -c 'echo in $0'); exec sh -c 'echo out; exit 9'
---
exec >/tmp/o; echo to file; exec >&2; cat /tmp/o
---
set -- $(echo 1 2 3); echo $#; echo ${10} $10; set -- 1 2 3 4 5 6 7 8 9 ten; echo ${10} $10; shift 9; echo $1
---
echo "${HOME}/x" '$HOME' "\$HOME" ~/y; a="$HOME"/z; echo $a; unset HOME; echo ~ "<$HOME>"
---
echo "a
b" | while read -r line; do printf '[%s]\n' "$line"; done; printf 'no newline' | while read l; do echo "$l"; done; printf 'x\ny' | while read l || [ -n "$l" ]; do echo "$l"; done
---
if [ -z "${DEBUG:-}" ]; then echo quiet; fi; : "${NAME:=world}"; echo "hello $NAME"; [ "$1" = "" ] && set -- default; exec echo "$@"
