x=5; y=x; echo $((y)) $((y+1)) $(($x+1)) $((u)) $((x ? y : 3))
---
echo $((9223372036854775807+1)) $((9223372036854775808)) $((-9223372036854775807-2)) $((1<<64)) $((1<<-1)) $((-1>>1)) $((0x)) $((99999999999999999999))
---
echo $((1++2)) $((3--2))
---
echo $((+-+3)) $((- -3)) $((!!3)) $((0?1:0?2:3)) $((2**3**2)) $((-2**2))
---
echo $((1||1/0))
---
x=1; echo $((0 ? x=5 : 6)) $x
---
echo $((x+=1)) $((x*=7)) $((x<<=2)) $((x|=1)) $((x%=5)) $((x^=3)) $((x-=9)) $((x/=2)) $((x>>=1)) $((x&=6))
---
echo $(( )) $((
1+
2)) $((1+(2)) 
---
echo $(((1+2)*3)) $(( (1) )); echo $((echo a) | cat)
---
echo $((1)
---
echo $((a=b=3)) $a $b $((1,2,3)) $((5 % 3 * 2)) $((1<2)) $((2>=2)) $((1!=1))
---
echo $((x[0]))
---
echo >&foo; ls foo; cat foo; rm foo
---
echo >&-; echo $?
---
x=; echo >$x; echo $?
---
echo a >/tmp/a1 >/tmp/a2 b; cat /tmp/a1 /tmp/a2
---
cat <<A; cat <<B
1
A
2
B
---
cat <<-A
	x
		y $((1+1)) `echo a` \$x \a \\ "q" 'q' "$((3))"
	A
---
x='a b'; cat <<"A"
$x `y`
A
cat <<A
$x "${x}" ${y:-"z"} ${y:-'z'} \
joined
A
---
if; then :; fi
---
while do done
---
echo a;; echo b
---
case a in a) echo
---
case a b
---
case a in a b) ;; esac
---
case a in (a|b) echo ok;; (c) echo no;; esac; case a in esac
---
case a in a) ;; b
---
if true
then echo a
else
---
f(
---
f() 
---
1f() { :; }
---
f-x() { echo fx; }; f-x
---
break() { echo fx; }; break
---
!
---
! ! true
---
! false; echo $?; ! true; echo $?
---
for x; do echo $x; done; set a b; for x; do echo $x; done; for x
do echo $x; done; for y in
do echo; done; for x in 1 2
do echo $x; done; for x do echo $x; done
---
for x in a b do echo; done
---
echo a & & echo
---
{ echo a; } > /tmp/b1; cat /tmp/b1; { echo; } echo
---
(echo a) (echo b)
---
echo ${x:=} ${x::1} ${x:1:} ${x/} ${x//} ${x-} ${x+}
---
x=abc; echo ${x:1+1} ${x:1:$((1))} ${x: 1 : 1} ${x:5} ${x:-1} ${x:(-1)} ${x:0:-5} ${x::2}
---
x=abcabc; echo ${x/b} ${x//b} ${x//b/} ${x/b*/X} ${x//[ac]/X} ${x/\//} ${x//a/\/} ${x/"b"/"q r"} "${x//b/ }" ${x//?/&}
---
x='a/b'; echo ${x/\//-} ${x//\//-} ${x%%/*} "${x%'/b'}" "${x%"/b"}" ${x%\/*} ${x#*[/]}
---
x='*'; echo "${x#\*}" ${x#'*'} ${x#"$x"}; x='a\b'; echo ${x#a\\} "$x" $x
---
echo "a\b\$x\`\"\\ \n" 'a\b' a\b \$ "\
x"
---
echo $'a\n\'b\e[\x41\101\u00e9\q\\\"' "$'a'"
---
echo "$" $ "$ a" $. a$ $% "$(echo ")")" $(echo ')')
---
echo ${x#
---
echo "${x"
---
echo "${x:-"
---
echo 'abc
---
echo "`echo a`" `echo "a b"` "`echo "a b"`" `echo \$HOME` `echo '\$HOME'` "`echo \"x\"`"
---
echo `echo )`
---
echo `if`
---
echo $(if)
---
echo $(echo a # comment
echo b)
---
echo a#b #c
---
echo a\
b; ec\
ho hi
---
echo $(case a in a) echo x;; esac)
---
echo $(cat <<E
hi
E
)
---
echo h >h; cat 0<h >/dev/null 1>&2 2>/dev/null 3>/tmp/x3; echo 12>/tmp/x4 a; cat /tmp/x4; echo 1 >/tmp/x5; cat /tmp/x5; echo "1">/tmp/x5; cat /tmp/x5
---
read a b <<E
1 2 3
E
echo "$a|$b"; printf 'a\\b c\n' | { read x; echo "$x"; }; printf 'a\\b c\n' | { read -r x y; echo "$x|$y"; }; printf 'a:b:c:\n' | { IFS=: read x y; echo "$x|$y"; };  printf '  a  b  \n' | { read x; echo "<$x>"; }; printf 'abc' | { read -n 2 x; echo "<$x>$?"; }; printf 'abc:d' | { read -d : x; echo "<$x>$?"; }; printf 'ab' | { read x; echo "<$x>$?"; }; printf 'a\\\nb\n' | { read x; echo "<$x>"; }
