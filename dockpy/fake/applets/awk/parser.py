"""From awk's words to a tree of tuples: the kind first, then its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.applets.awk.lexer import tokens
from dockpy.fake.applets.awk.values import literal
from dockpy.fake.applets.errors import Die

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Function", "Parser", "Tree"]

Tree = tuple[Any, ...]

_ASSIGN = ("=", "+=", "-=", "*=", "/=", "%=", "^=")
_COMPARE = ("<", "<=", "==", "!=", ">", ">=")
_STARTS = ("(", "$", "!", "-", "+", "++", "--")


class Function:
    """A function of the program."""

    def __init__(self, parameters: list[str]) -> None:
        self.parameters = parameters
        self.body: Tree = ("block",)


class Parser:
    """Parses a program.

    Attributes:
        begin, end: what runs before and after the lines.
        rules: a condition, or None, with what is done.
        functions: by name.
    """

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._at = 0
        self._loops = 0
        self._no_greater = 0
        self._no_in = 0
        self.begin: list[Tree] = []
        self.end: list[Tree] = []
        self.rules: list[tuple[Tree | None, Tree | None, Tree | None]] = []
        self.functions: dict[str, Function] = {}
        try:
            self._program()
        except RecursionError:
            raise Die("cmd. line:1: Nested too deeply") from None

    def _program(self) -> None:
        self._lines()
        while self._kind != "end":
            self._item()
            while self._text == ";" or self._kind == "newline":
                self._at += 1

    # Words

    @property
    def _kind(self) -> str:
        return self._tokens[self._at].kind

    @property
    def _text(self) -> str:
        token = self._tokens[self._at]
        return token.text if token.kind in ("mark", "keyword") else ""

    def _take(self, *texts: str) -> str:
        if self._text in texts and self._text:
            self._at += 1
            return self._tokens[self._at - 1].text
        return ""

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise Die("cmd. line:1: Unexpected token")

    def _value(self, *kinds: str) -> str:
        """The text of a word of one of these kinds."""
        if self._kind not in kinds:
            raise Die("cmd. line:1: Unexpected token")
        self._at += 1
        return self._tokens[self._at - 1].text

    def _lines(self) -> None:
        while self._kind == "newline":
            self._at += 1

    # Statements

    def _item(self) -> None:
        if self._take("function"):
            name = self._value("name", "call")
            function = self.functions[name] = Function(self._parameters())
            self._lines()
            function.body = self._block()
        elif self._take("BEGIN"):
            self.begin.append(self._block())
        elif self._take("END"):
            self.end.append(self._block())
        elif self._text == "{":
            self.rules.append((None, None, self._block()))
        else:
            first = self._expression()
            last = None
            if self._take(","):
                self._lines()
                last = self._expression()
            self.rules.append((first, last, self._block() if self._text == "{" else None))

    def _parameters(self) -> list[str]:
        self._need("(")
        found: list[str] = []
        while not self._take(")"):
            if found:
                self._need(",")
                self._lines()
            found.append(self._value("name"))
        return found

    def _block(self) -> Tree:
        self._need("{")
        parts: list[Tree] = []
        while True:
            while self._kind == "newline" or self._text == ";":
                self._at += 1
            if self._take("}"):
                return ("block", *parts)
            parts.append(self._statement())

    def _ended(self) -> None:
        if self._take(";") or self._kind == "newline":
            self._lines()
        elif self._text != "}" and self._kind != "end":
            raise Die("cmd. line:1: Unexpected token")

    def _body(self) -> Tree:
        self._lines()
        if self._take(";"):
            return ("block",)
        return self._statement()

    def _looped(self) -> Tree:
        """The body of a loop."""
        self._loops += 1
        body = self._body()
        self._loops -= 1
        return body

    def _statement(self) -> Tree:
        if self._text == "{":
            return self._block()
        word = self._take("if", "while", "do", "for")
        if word == "if":
            self._need("(")
            condition = self._expression()
            self._need(")")
            then = self._body()
            mark = self._at
            while self._kind == "newline" or self._text == ";":
                self._at += 1
            if self._take("else"):
                return ("if", condition, then, self._body())
            self._at = mark
            return ("if", condition, then, None)
        if word == "while":
            self._need("(")
            condition = self._expression()
            self._need(")")
            return ("while", condition, self._looped())
        if word == "do":
            body = self._looped()
            while self._kind == "newline" or self._text == ";":
                self._at += 1
            self._need("while")
            self._need("(")
            condition = self._expression()
            self._need(")")
            self._ended()
            return ("do", condition, body)
        if word == "for":
            return self._for()
        statement = self._simple()
        self._ended()
        return statement

    def _for(self) -> Tree:
        self._need("(")
        names = self._tokens[self._at : self._at + 4]
        if (
            [token.kind for token in names[:3:2]] == ["name", "name"]
            and names[1].text == "in"
            and names[3].text == ")"
        ):
            self._at += 4
            return ("forin", names[0].text, names[2].text, self._looped())
        first = None if self._text == ";" else self._simple()
        self._need(";")
        self._lines()
        condition = None if self._text == ";" else self._expression()
        self._need(";")
        self._lines()
        last = None if self._text == ")" else self._simple()
        self._need(")")
        return ("for", first, condition, last, self._looped())

    def _simple(self) -> Tree:
        word = self._take(
            "print", "printf", "next", "nextfile", "exit", "return", "break", "continue", "delete"
        )
        if word in ("print", "printf"):
            return self._print(word)
        if word in ("exit", "return"):
            empty = self._kind in ("newline", "end") or self._text in (";", "}")
            return (word, None if empty else self._expression())
        if word == "delete":
            name = self._value("name")
            if self._take("["):
                return ("delete", name, self._list("]"))
            return ("delete", name, None)
        if word in ("break", "continue") and not self._loops:
            raise Die(f"cmd. line:1: '{word}' not in a loop")
        if word:
            return (word,)
        return ("do_expression", self._expression())

    def _print(self, word: str) -> Tree:
        parts: list[Tree] = []
        self._no_greater += 1
        if not (self._kind in ("newline", "end") or self._text in (";", "}", ">", ">>", "|")):
            first = self._expression()
            if first[0] == "grouping" and self._text in (";", "}", ">", ">>", "|", "") and len(first) > 2:
                parts = list(first[1:])
            else:
                parts.append(first)
                while self._take(","):
                    self._lines()
                    parts.append(self._expression())
        target = None
        how = self._take(">", ">>", "|")
        if how:
            target = self._choice()
        self._no_greater -= 1
        return (word, parts, how, target)

    # Expressions

    def _list(self, end: str) -> list[Tree]:
        found = []
        self._lines()
        no_greater, self._no_greater = self._no_greater, 0
        no_in, self._no_in = self._no_in, 0
        while not self._take(end):
            found.append(self._expression())
            self._lines()
            if not self._take(","):
                self._need(end)
                break
            self._lines()
        self._no_greater, self._no_in = no_greater, no_in
        return found

    def _expression(self) -> Tree:
        left = self._choice()
        if self._text in _ASSIGN and left[0] in ("variable", "element", "field"):
            operator = self._take(*_ASSIGN)
            self._lines()
            right = self._expression()
            return ("assign", left, right if operator == "=" else ("binary", operator[0], left, right))
        return left

    def _choice(self) -> Tree:
        condition = self._either()
        if not self._take("?"):
            return condition
        self._lines()
        one = self._expression()
        self._lines()
        self._need(":")
        self._lines()
        return ("choice", condition, one, self._expression())

    def _either(self) -> Tree:
        left = self._both()
        while self._take("||"):
            self._lines()
            left = ("or", left, self._both())
        return left

    def _both(self) -> Tree:
        left = self._membership()
        while self._take("&&"):
            self._lines()
            left = ("and", left, self._membership())
        return left

    def _membership(self) -> Tree:
        left = self._match()
        while self._take("in"):
            indices = list(left[1:]) if left[0] == "grouping" else [left]
            left = ("in", self._value("name", "number", "string"), indices)
        return left

    def _match(self) -> Tree:
        left = self._comparison()
        while operator := self._take("~", "!~"):
            left = ("match", operator, left, self._comparison())
        return left

    def _comparison(self) -> Tree:
        left = self._concatenation()
        while self._text in _COMPARE and not (self._text == ">" and self._no_greater):
            operator = self._take(*_COMPARE)
            left = ("compare", operator, left, self._concatenation())
        while not self._no_greater and self._text == "|" and self._tokens[self._at + 1].text == "getline":
            self._at += 2
            left = ("getline", "|", self._target(), left)
        return left

    def _concatenation(self) -> Tree:
        left = self._sum()
        while self._starts_value():
            left = ("concat", left, self._sum())
        if self._text == "|" and self._tokens[self._at + 1].text == "getline":
            self._at += 2
            return ("getline", "|", self._target(), left)
        return left

    def _starts_value(self) -> bool:
        if self._kind in ("number", "string", "name", "call", "builtin", "regex"):
            return True
        return self._text in _STARTS and self._text not in ("+", "-")

    def _chain(self, below: Callable[[], Tree], *operators: str) -> Tree:
        left = below()
        while operator := self._take(*operators):
            self._lines()
            left = ("binary", operator, left, below())
        return left

    def _sum(self) -> Tree:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Tree:
        return self._chain(self._unary, "*", "/", "%")

    def _unary(self) -> Tree:
        operator = self._take("!", "-", "+")
        if operator:
            return ("unary", operator, self._unary())
        return self._power()

    def _power(self) -> Tree:
        left = self._postfix()
        if self._take("^"):
            operator = self._take("-", "+", "!")
            right = ("unary", operator, self._power()) if operator else self._power()
            return ("binary", "^", left, right)
        return left

    def _postfix(self) -> Tree:
        left = self._primary()
        if left[0] in ("variable", "element", "field") and (operator := self._take("++", "--")):
            return ("step", operator, left, False)
        return left

    def _target(self) -> Tree | None:
        if self._text == "$" or self._kind == "name":
            return self._primary()
        return None

    def _primary(self) -> Tree:
        kind = self._kind
        if kind == "number":
            return ("number", literal(self._value(kind)))
        if kind in ("string", "regex"):
            return (kind, self._value(kind))
        if kind == "call":
            name = self._value(kind)
            self._need("(")
            return ("call", name, self._list(")"))
        if kind == "builtin":
            name = self._value(kind)
            if name == "length" and self._text != "(":
                return ("builtin", name, [])
            self._need("(")
            return ("builtin", name, self._list(")"))
        if kind == "name":
            name = self._value(kind)
            if self._take("["):
                return ("element", name, self._list("]"))
            return ("variable", name)
        if self._take("$"):
            operator = self._take("++", "--")
            if operator:
                return ("field", ("step", operator, self._primary(), True))
            return ("field", self._unary() if self._text in ("-", "+", "!") else self._primary())
        operator = self._take("++", "--")
        if operator:
            return ("step", operator, self._primary(), True)
        if self._take("getline"):
            target = self._target()
            if self._take("<"):
                return ("getline", "<", target, self._primary())
            return ("getline", "", target, None)
        if self._take("("):
            return ("grouping", *self._list(")"))
        raise Die("cmd. line:1: Unexpected token")
