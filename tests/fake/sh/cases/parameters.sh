x=abcdef; echo ${x/#a/Z} ${x/%f/Y} ${x/#b/Z} ${x//#a/Q}
---
x=; y=${x:?}; echo no
---
echo ${x?my msg}
---
echo "${@:?none}"
---
set -- a '' b; for i in $@; do echo "<$i>"; done; for i in $*; do echo "<$i>"; done; for i in "a$@"; do echo "<$i>"; done; IFS=; for i in $@; do echo "<$i>"; done
---
set -- 'a b' c; x=$*; echo "$x"; x=$@; echo "$x"; IFS=:; x=$*; echo "$x"; x="$@"; echo "$x"; x="$*"; echo "$x"; y=:; x=a${y}b; echo "$x" $x
---
IFS=' :'; x=' :a'; for i in $x; do echo "<$i>"; done; x='a ' y=':b'; for i in $x$y; do echo "<$i>"; done; for i in ${z:-a b:c}; do echo "<$i>"; done; for i in x${z:-"a b" c}y; do echo "<$i>"; done
---
${1=a}
---
echo ${1=a} ${@=b}
---
x=1; echo $((x))$x $((x=x+1))$x "$(( ${#x} ))" $((`echo 3`)) $(($(echo 4)+1)) $(( "2" ))
---
x='\*'; cd /; echo $x; case '*' in $x) echo esc;; *) echo lit;; esac; case '\*' in $x) echo lit2;; esac; y='a\b'; case 'ab' in $y) echo yes;; esac; echo ${y#a\\}
---
echo ${x-'a b'} "${x-'a b'}" ${x-"a b"} ${x-a\ b} "${x-a\ b}" ${x-a   b} "${x-a   b}" ${x-$(echo a b)}
---
echo a$@b "c$@d" ; set -- 1 2 3; echo a$@b "c$@d" a$*b "a$*b"; IFS=-; echo "$*" $*
---
x="a  b"; for i in $x$x "$x"$x; do echo "<$i>"; done; for i in $(printf 'a\n\nb\n\n'); do echo "<$i>"; done; echo "$(printf 'a\n\nb\n\n')"
---
unset IFS; x=' a  b '; for i in $x; do echo "<$i>"; done; set -- a b; echo "$*"
---
echo ${#-} ${#?} ${#1} ${##} ${#$} >/dev/null; echo ${#x} "${#*}"; echo $# ${#:-x} ${#-x}
---
echo ${x##*/}${x%%}; x=aXbXc; echo ${x#*X} ${x##*X} ${x%X*} ${x%%X*} ${x#} ${x%} ${x#?} ${x%[a-z]} ${x#[!a]} "${x#a*}" "${x##a*}" ${x%%*}
