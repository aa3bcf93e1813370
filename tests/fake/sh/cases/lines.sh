#file
echo one
foo
echo $LINENO
echo $((1/0))
echo two
---
#file
echo one
if
fi
echo two
---
#file
. /nofile
echo $?
---
#file
cat <nofile
echo $? $- $0 $#
---
#file
echo ${x?}
echo h
---
#file
f() {
echo $LINENO
nope
}
f
---
#file
readonly a=1
a=2
echo n
---
#file
cd /nodir
test 1 -eq a
export 1a
echo "abc
---
#stdin
echo one
foo
echo $LINENO
echo $((1/0))
echo two
---
#stdin
echo one
if
fi
echo two
---
#stdin
. /nofile
echo $?
---
#stdin
cat <nofile
echo $? $- $0 $#
---
#stdin
echo ${x?}
echo h
---
#stdin
f() {
echo $LINENO
nope
}
f
---
#stdin
readonly a=1
a=2
echo n
---
#stdin
cd /nodir
test 1 -eq a
export 1a
echo "abc
