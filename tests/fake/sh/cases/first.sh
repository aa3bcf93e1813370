foo
---
./foo
---
/etc
---
/etc/passwd
---
echo $((1/0)); echo next
---
echo ${x?}; echo next
---
echo ${x:?gone}; echo next
---
echo $x${x!}
---
echo "abc
---
echo $(
---
if true; then
---
fi
---
echo )
---
cat <nofile
---
echo >/nodir/x; echo $?
---
cd /nodir
---
. ./nofile; echo $?
---
readonly a=1; a=2; echo $?
---
echo &; 
---
set -e; false; echo no
---
set -u; echo $y; echo n
---
set -Z
---
export 1a=2
---
shift 3; echo $?
---
break; echo $?
---
return 3; echo h
---
trap 'echo bye' EXIT; exit 3
---
trap
---
trap 'echo a' USR1 INT 15; trap
---
trap x FOO; echo $?
---
unset 1; echo $?
---
read x </dev/null; echo $?
---
[ 1 -eq a ]; echo $?
---
[ 1 2 ]; echo $?
---
[ ; echo $?
---
test a b c; echo $?
---
let 1+; echo $?
---
echo $((1+)); echo $?
---
echo $((a b)); echo $?
---
echo $((08))
---
local x; echo $?
---
f() { echo $FUNCNAME; local a=3; echo $a; }; f; type f
---
alias; alias a=b; alias; alias c; unalias c
---
getopts; echo $?
---
echo $-; set -o
---
jobs; fg; bg; wait 99; echo $?
---
wait %1; echo $?
---
exec nope; echo no
---
eval 'echo )'; echo $?
---
echo ${x:0:3; echo
---
echo ${}
---
echo ${x/a/b} ${x//a/b} ${x:1}
---
x=abcdef; echo ${x:1:2} ${x: -2} ${x:0:-1} ${x/b/X} ${x/%f/Y} ${x/#a/Z} ${x^}
---
x=abc; echo ${x^^}
---
x=abc; y=x; echo ${!y}
---
a=(1 2)
---
[[ a == a* ]] && echo yes; [[ a =~ b ]]; echo $?
---
echo {a,b} {1..3}
---
echo $'a\tb\x41'
---
cat <<< hi
---
function f { echo hi; }; f
---
function f() { echo hi; }; f
---
echo a &> /tmp/xx; cat /tmp/xx
---
times
---
select x in a; do break; done
---
for ((i=0;i<3;i++)); do echo $i; done
---
echo $((2**10)) $((0x1f)) $((010)) $((2#101))
---
((1+1)); echo $?
---
(exit 3) | true; echo $?; set -o pipefail; (exit 3) | true; echo $?
---
sh -c 'kill -9 $$'; echo $?
---
sh -c 'kill -15 $$'; echo $?
---
sh -c 'kill -SEGV $$'; echo $?
---
exit foo
---
f() { return foo; }; f; echo $?
---
echo "${x:-a"b"c}" ${x:-"a b"}
---
printf '%d\n' x; echo $?
---
source /nofile; echo $?
---
continue 0; echo $?
---
while true; do break a; done; echo $?
---
shift -1; echo $?
---
exec 3<&9; echo $?
---
echo hi >&9; echo $?
---
exec 3<nofile; echo $?
---
set -x; a=1; echo "$a b" 'c d' $a; for i in 1; do :; done; [ a = a ]; x="1 2" true
---
set -o noclobber; echo a >/tmp/zz1; echo b >/tmp/zz1; echo $?
---
case x in esac; case; echo
---
echo a | | b
---
;
---
;;
---
&& a
---
{ echo a
---
( echo a
---
for 1 in a; do :; done
---
for x in a; echo
---
f( { echo; }
---
cat <<E
a
---
cat <<'E'
a $x
E
---
echo `echo a
