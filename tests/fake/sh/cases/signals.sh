printf 'read x\nfoo\necho "<$x>"\n' | sh
---
cat >/tmp/fn <<X
:
:
f() {
echo \$LINENO
nope
cd /nodir | cat
}
f
X
sh /tmp/fn
---
x='a b'; set -x; $x 2>/dev/null; >/dev/null; y=$x; export z=$x; (echo q); ! true; local r; echo ${x?"q"}
---
PS4='> '; set -x; echo a; PS4='+$x '; echo b
---
echo a | { cat; exit 3; }; echo $?; { exit 4; } | cat; echo $?; (exit 3) & wait $!; echo $?; { exit 6; } & wait $!; echo $?
---
exit 3 & wait $!; echo $?; (trap 'echo bye' EXIT; echo in); trap 'echo outer' EXIT; (exit 2); echo $?; sh -c 'trap "echo t" EXIT; (exit 1); echo z'
---
f() { trap 'echo ft' EXIT; }; f; echo x
---
trap 'return 3' USR1; f() { kill -USR1 $$; echo no; }; f; echo $?
---
trap 'break' USR1; while :; do kill -USR1 $$; echo a; done; echo $?
---
eval 'break'; for i in 1 2; do eval break; done; echo $i; for i in 1 2 3; do . /dev/null; continue; done; echo $i; break 5; while break; do :; done; echo $?; for i in; do false; done; echo $?; until true; do :; done; echo $?
---
if false; then :; fi; echo $?; false; if false; then :; elif false; then :; fi; echo $?; case a in b) ;; esac; echo $?; false; case a in a) ;; esac; echo $?; (exit 9); x=5; echo $?; while false; do :; done; echo $?; false; { :; }; echo $?; f() { :; }; (exit 4); f; echo $?; (exit 4); f() { return; }; (exit 7); f; echo $?
---
(exit 4) || echo $?; false && echo; echo $?; true || echo; ! (exit 3); echo $?; false | ! true; echo $?
