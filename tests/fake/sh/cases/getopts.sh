set -- -abc -d; getopts abcd o; echo $o $OPTIND; set -- -x; getopts abcdx o; echo $? $o $OPTIND
---
set -- -abc -d -b; getopts abcd o; getopts abcd o; set -- -a -b -c; getopts abcd o; echo $? $o $OPTIND
---
set -- -ab -d; getopts abcd o; getopts abcd o -x -y; echo $? $o $OPTIND
---
set -- -ab -d; getopts abcd o; getopts abcd o -y; echo $? $o $OPTIND
---
set -- -ab -d; getopts abcd o; getopts abcd o a; echo $? $o $OPTIND
---
set -- -abcd -d; getopts abcd o; getopts abcd o; getopts abcd o -b -c; echo $? $o $OPTIND
---
set -- -a -b; OPTIND=0; getopts ab o; echo $? $o $OPTIND
---
set -- -a -b; OPTIND=7; getopts ab o; echo $? $o $OPTIND
