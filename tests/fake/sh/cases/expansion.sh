echo $LINENO
cd /nodir
echo $LINENO
---
f() {
echo $LINENO
nope
cd /nodir
}
echo 1
f
---
eval 'echo $LINENO
nope
cd /nodir'
---
cat >/tmp/src <<X
echo \$LINENO
nope
cd /nodir
X
. /tmp/src
nope
---
(sleep 5; true) & kill $!; wait $!; echo $?
---
sh -c 'kill -TERM $$' | cat; echo $?
---
true & sleep 0.1; jobs; echo b; false & sleep 0.1; jobs
---
sleep 8 & sleep 9 & jobs; kill %sleep; kill %?9; kill %%; kill %-; kill %+; kill %2; wait; echo $?
---
a=1 b=2; a=3 env | grep ^a; echo $a; export a; a=4 eval 'echo $a'; echo $a; a=5 :; echo $a; a=7 cd /; echo $a
---
x=$(echo a; exit 3); echo $?; x=1 $(exit 4); echo $?
---
echo "$(echo "a b")" `echo \`echo hi\``
---
IFS=:; x=a:b::c:; for i in $x; do echo "<$i>"; done; set -- $x; echo $#; echo "$*"; echo $*
---
IFS=' :'; x=' a : b  c:'; for i in $x; do echo "<$i>"; done
---
set -- "a b" c; for i in "$@"; do echo "<$i>"; done; for i in "x$@y"; do echo "<$i>"; done; for i in $*; do echo "<$i>"; done;for i in "$*"; do echo "<$i>"; done; IFS=; for i in $*; do echo "<$i>"; done; for i in $@; do echo "<$i>"; done; echo "$*"
---
set --; for i in "$@"; do echo "<$i>"; done; for i in "$@"""; do echo "<$i>"; done; for i in ""; do echo "<$i>"; done;  for i in "x$@"; do echo "<$i>"; done; for i in "$*"; do echo "<$i>"; done
---
cd /tmp; mkdir -p gg; cd gg; touch a b .c 'd e' '[x]'; echo *; echo .*; echo ?; echo [ab]; echo "[x]" \[x\] [[]x]; echo ./*; echo */; echo nope*; echo "*" '*' \*; x='*'; echo $x "$x"; echo [!a]*; echo *[[:space:]]*; set -f; echo *
---
case abc in a*) echo 1;; *) echo 2;; esac; case "a*" in "a*") echo 1;; esac; case x in a|b|x) echo m;; esac; case abc in (abc) echo p; esac; case a in [[:alpha:]]) echo al;; esac; case ] in []]) echo br;; esac; case - in [a-]) echo d;; esac; x='a*'; case abc in $x) echo v;; esac; case abc in "$x") echo q;; *) echo nq;; esac
---
case a in a) echo 1 ;& b) echo 2;; esac
---
echo ${#} ${#@} ${#*} ${*} ${@} ${?} ${$:+p} ${!} ${-}; set -- a b c; echo ${#} ${#1} ${1:-x} ${5:-x} ${12} $12 ${@:2} ${*:1:1}
---
x=/a/b/c.tar.gz; echo ${x##*/} ${x%/*} ${x#*/} ${x%%.*} ${x%.*} ${x#"/a"} ${#x}
---
x="a b"; y='*'; echo "${z:-$x}" ${z:-$x} ${z-"$y"} ${z:+no} ${x:+"yes  it"} ${z:=def} $z "${z:='q'}" "${q:-'q'}" ${q:-'q r'} "${q:-\}}" ${q:-\}} "${q:-a}b}"
---
echo ~ ~root ~/x "~" a=~ ~nouser; x=~; echo $x; x=a:~:~/b; echo $x; echo a:~; HOME=/h; echo ~; export y=~; echo $y; echo x=~
---
i=5; echo $((i++ + ++i)) $i $((i+=3)) $((i<3?1:2)) $((1&&0||1)) $((~5)) $((!5)) $((-7/2)) $((-7%3)) $((1<<3)) $((5&3)) $((5^3)) $((5|3)) $((1,2)) $((x=4)) $x $(( (1+2)*3 )) $((0xff)) $((-i)) $(( 1 == 1 )) $((i-- - --i))
---
x=5; y=x; echo $((y)) $((y+1)) $(($x+1)) $((u)) $((x ? y : 3)) $(( "1" + 2 ))
---
echo $((9223372036854775807+1)) $((9223372036854775808)) $((-9223372036854775807-2)) $((1<<64)) $((1<<-1)) $((-1>>1)) $((2**-1)) $((0x)) 
---
echo $((1 ? 2)); 
---
echo $((1 +)) 
---
x='1+'; echo $((x))
---
x=a; a=x; echo $((x))
---
echo $((5=3))
---
echo $((1++2)) $((3--2)) $((+-+3)) $((- -3)) $((!!3)) $((1?2?3:4:5)) $((0?1:0?2:3)) $((2**3**2)) $((1||1/0))
