echo a | ; echo b
---
if true; then echo a; fi fi
---
while true; echo a; done
---
for; do :; done
---
for x in; do echo; done done
---
case x in a) echo; esac esac
---
case in in in) echo in;; esac
---
{ echo a; } }
---
( echo a; ) )
---
()
---
{}
---
{ }
---
x=(a b)
---
echo a &&
---
echo a ||
&& b
---
echo a |
| b
---
&
---
a & ; b
---
f() echo a
---
f() { echo a
---
function f
---
function
---
function f { echo hi; }; f
---
f () { echo spaced; }; f
---
a b () { :; }
---
if () { :; }
---
echo "$(echo "
---
echo ${x:-${y:-$(echo z}
---
echo "${x:-'}"
---
echo ${x:-'}'} "${x:-\}}" ${x:-"}"}
---
echo `echo "a`
---
echo $((1+(2))
---
echo $((`)
---
cat <<
---
cat <<E; echo b
a
E
---
cat <<"E F"
a
E F
echo c
---
cat <<E
$(echo a
E
---
>
---
> >
---
echo 1 2>
---
2>
---
echo a >b c >d; ls
---
>a >b; ls
---
echo \
---
echo 'a\
b' "c\
d" e\
f
---
! ! :
---
!
---
! { false; }; echo $?
---
if ! false; then echo y; fi; while ! true; do :; done; echo z
---
else
---
then
---
do
---
done
---
esac
---
in; in() { echo in; }; in
---
elif
---
echo if then else fi do done case esac in { } !; echo }
---
}
---
; ;
---
;;
---
case a in a) echo b;;& esac
---
case a in a) ;; esac | cat; echo ok
---
case a
in
a)
echo nl
;;
esac
---
for i
in a b
do
echo $i
done
---
for i in a \
b; do echo $i; done
---
if true
then
echo t
elif false
then
echo e
else
echo f
fi
---
while false
do
:
done; until true
do :
done; echo w
---
(echo a
echo b) | cat
---
{
echo a
}
---
f()
{
echo nl
}
f
---
f() if true; then echo if; fi; f; g() for i in 1; do echo for; done; g; h() while false; do :; done; h
---
echo a; # comment
# comment
echo b#c '#d' "#e" \#f
---
$(echo echo a b); $(echo 'echo "q"'); `echo echo c`
---
'echo' a; "echo" b; \echo c; e'ch'o d; ec""ho e
---
a=b c=d; echo $a $c; a= b= ; echo "<$a$b>"; a=1 b=$a; echo $b; a=x b=$a true; echo $b; a="x y" ; echo $a
---
1a=b
---
a-b=c
---
a+=b; echo $?
---
x[0]=1
---
echo a=b c=~ "d=$HOME"
---
echo {a,b} {1..3} [a] [ab ]
---
echo !; echo a!b; echo "!"
---
echo $ $% $+ ${ 
---
echo ${x
---
echo ${x-
---
echo ${1x}
---
echo ${x y}
---
echo ${x@Q}
---
echo ${x,,}
---
echo ${!x}
---
echo ${#}
---
echo $#x $?x $-x
---
echo a;
---
echo a &
wait
---
a;;
---
echo a  ;  echo b  ;
---
echo a|cat|cat&&echo b||echo c;echo d&wait
---
if [ 1 ]; then echo 1; fi; if [ ]; then echo 2; else echo 3; fi; [ a ]; echo $?; [ ! ]; echo $?; [ = ]; echo $?; [ a = ]; echo $?
---
return; echo no
---
readonly x=1; x=2 true; echo no
---
readonly x=1; x=2 cat /dev/null; echo $?
---
readonly x=1; x=2 :; echo no
---
readonly x=1; (x=2; echo no); echo $?; for x in a; do :; done; echo no
---
readonly x=1; unset x; echo no
---
readonly x=1; read x <<E; echo $?
a
E
---
set -u; echo "${x:-a}" "${#}" "$*"; echo ${x}; echo no
---
set -u; x=; echo "<$x>"; f() { echo $1; }; f a; f; echo no
---
set -C; echo a >x; echo b >x; echo $?; echo c >|x; cat x; echo d >>x; cat x; >/dev/null
---
set -f; echo *; set +f; >a; echo *
---
cd; pwd; cd /tmp; cd ..; pwd; cd /usr/bin; cd ../..; pwd; cd /tmp/t; cd - ; cd ''; echo $?; cd nope 2>&1; echo $?
---
exit 5 | cat; echo $?; (exit 5); echo $?; x=$(exit 6); echo $?; exit 7; echo no
---
shift 5; echo $?; set -- a b; shift; echo $1; shift; shift; echo $?
---
umask 8; echo $?; umask a=; umask; umask 0; umask; umask u=x; umask
---
type echo : if f nope; f() { :; }; type f; alias a=b; type a; command -v f a if echo nope; echo $?
