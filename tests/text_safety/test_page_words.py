"""Every word that a page shows is the program's own or has passed the function that makes it plain text.

A walk over the syntax trees: each text handed to Streamlit is a literal, a number in a format only numbers
have, a constant, or the result of a function listed here; a function of Streamlit's that is not listed fails.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.code_health.trees import Module, dotted, modules

BODY, LABEL = ((0,), ("body", "help", "title", "text")), ((0,), ("label", "help"))
MARKDOWN: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("markdown", "caption", "title", "header", "subheader", "spinner"), BODY),
    **dict.fromkeys(("error", "warning", "info", "success", "toast"), BODY),
    **dict.fromkeys(("button", "download_button", "form_submit_button", "expander"), LABEL),
    **dict.fromkeys(("slider", "number_input", "text_input", "selectbox", "multiselect", "checkbox"), LABEL),
    "segmented_control": ((0, 3), ("label", "help", "format_func")),
    "select_slider": ((0, 3), ("label", "help", "format_func")),
    "metric": ((0, 1, 2), ("label", "value", "delta", "help")),
    "progress": ((1,), ("text",)),
    "page_link": ((), ("label", "help")),
    "tabs": ((0,), ("tabs",)),
    # The pages' own, whose parameters are shown as they come.
    "show.head": ((0, 1), ("title", "intro")),
    "_metric": ((1, 4), ()),
}
"""The arguments that are read as Markdown, by place and by name."""

PLAIN = {
    "selectbox": ((3,), ("format_func", "placeholder")),
    "multiselect": ((3,), ("format_func", "placeholder")),
    "number_input": ((), ("placeholder",)),
    "text_input": ((), ("placeholder",)),
    "dataframe": ((), ("alt",)),
    "table": ((), ("alt",)),
    "vega_lite_chart": ((), ("alt",)),
    "download_button": ((), ("file_name",)),
}
"""The arguments that are shown letter by letter, where only what is invisible must go."""

MACHINERY = {
    "cache_resource", "fragment", "columns", "container", "code", "form", "stop", "rerun", "empty", "Page",
    "navigation", "set_page_config", "App", "dataframe", "table", "vega_lite_chart", "html",
    "column_config.NumberColumn", "session_state.get", "session_state.setdefault", "query_params.get_all",
    "query_params.from_dict", "context.headers.get", "cache_data",
}  # fmt: skip
"""Functions of Streamlit's that show nothing as Markdown, or whose cells are held by the tests below."""

OF_NUMBERS = {
    "span", "wording.number", "wording.significant", "wording.span", "wording.bounds", "wording.cell",
    "wording.rounded", "wording.populations", "wording.at_scale", "estimate.needs", "needs.words",
    "jobs.expect", "expect", "words.hover", "exact", "percent_of", "plain_number",
}  # fmt: skip
"""What makes text of numbers and of the program's own words."""

SAFE = {"md", "for_markdown", "words.four"} | OF_NUMBERS
MADE = {
    "show.py": {"listed", "mistakes"},
    "controls.py": {"about"},
    "live.py": {"promise", "_doing", "_how_long"},
    "cases.py": {"told"},
    "compared.py": {"expected", "_levels"},
}
"""Functions of the pages that return Markdown; what they return is looked at like what is shown."""

MADE_NAMES = {
    name
    for file, names in MADE.items()
    for each in names
    for name in (each, f"{file.removesuffix('.py')}.{each}")
}
PLAIN_SAFE = {"one_line", "for_file_name", "swept.named", "named"}
ATTRIBUTES = re.compile(r"(found|first|second)\.confidence|asked\.name|_?[A-Z][A-Z_]+|[a-z_]+\.[A-Z][A-Z_]+")
"""A level is made of a number; names in capitals are constants."""

NUMERIC = re.compile(r"[+]?[,]?(\.\d+)?[,dfgeEG%]")


def pages() -> list[Module]:
    return [each for each in modules() if each.path.startswith("sim/dashboard/") or each.path == "app.py"]


class Words:
    """Tells of an expression of one module whether it can hold no foreign word."""

    def __init__(self, tree: ast.Module, plain: bool = False) -> None:
        self.calls = SAFE | MADE_NAMES | (PLAIN_SAFE if plain else set())
        self.values: dict[tuple[ast.AST, str], list[ast.expr | None]] = {}
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.within: dict[ast.AST, ast.AST] = {}
        self._read(tree, tree)

    def _read(self, node: ast.AST, scope: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.within[child] = scope
            if isinstance(child, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = child.targets if isinstance(child, ast.Assign) else [child.target]
                for target in targets:
                    self._bind(target, child.value, scope)
            elif isinstance(child, ast.For | ast.comprehension):
                self._bind(child.target, _each(child.iter), scope)
            inner = isinstance(child, ast.FunctionDef)
            if inner:
                for arg in ast.walk(child.args):  # type: ignore[attr-defined]
                    if isinstance(arg, ast.arg):
                        self._set(child, arg.arg, _shown_parameter(child.name, arg.arg))  # type: ignore[attr-defined]
            self._read(child, child if inner else scope)

    def _bind(self, target: ast.expr, value: ast.expr | None, scope: ast.AST) -> None:
        if isinstance(target, ast.Tuple):
            whole = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
            for place, each in enumerate(target.elts):
                self._bind(each, value.elts[place] if whole else value, scope)  # type: ignore[union-attr]
        elif isinstance(target, ast.Name):
            self._set(scope, target.id, value)

    def _set(self, scope: ast.AST, name: str, value: ast.expr | None) -> None:
        self.values.setdefault((scope, name), []).append(value)

    def safe(self, node: ast.AST | None, seen: frozenset[ast.AST] = frozenset()) -> bool:
        if node is None:
            return False
        if node in seen:
            return True
        seen |= {node}
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
                return all(self.safe(each, seen) for each in parts)
            case ast.BoolOp(values=parts):
                return all(self.safe(each, seen) for each in parts)
            case ast.FormattedValue(value=value, conversion=turned, format_spec=spec):
                if isinstance(spec, ast.JoinedStr) and isinstance(spec.values[0], ast.Constant):
                    return NUMERIC.fullmatch(str(spec.values[0].value)) is not None
                return turned == -1 and self.safe(value, seen)
            case ast.BinOp(left=left, right=right):
                return self.safe(left, seen) and self.safe(right, seen)
            case ast.IfExp(body=left, orelse=right):
                return self.safe(left, seen) and self.safe(right, seen)
            case ast.Lambda(body=body) | ast.Starred(value=body):
                return self.safe(body, seen)
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return self.safe(element, seen)
            case ast.Subscript(value=value):
                return self.safe(value, seen)
            case ast.Attribute():
                return ATTRIBUTES.fullmatch(dotted(node)) is not None
            case ast.Call(func=ast.Attribute(attr="join" | "format", value=base), args=args, keywords=more):
                return all(self.safe(each, seen) for each in (base, *args, *(each.value for each in more)))
            case ast.Call(func=ast.Name(id="sorted"), args=[listed]):
                return self.safe(listed, seen)
            case ast.Call(func=func, args=args):
                return dotted(func) in self.calls or (dotted(func) == "len" and bool(args))
            case ast.Name(id=name):
                return self._name(node, name, seen)
        return False

    def _name(self, node: ast.AST, name: str, seen: frozenset[ast.AST]) -> bool:
        scope = self.within.get(node)
        while scope is not None:
            if (scope, name) in self.values:
                return all(self.safe(value, seen) for value in self.values[scope, name])
            scope = self.within.get(scope)
        if name in self.functions:
            return self.returns(name, seen)
        return ATTRIBUTES.fullmatch(name) is not None

    def returns(self, name: str, seen: frozenset[ast.AST] = frozenset()) -> bool:
        body = ast.walk(self.functions[name])
        return all(self.safe(each.value, seen) for each in body if isinstance(each, ast.Return))


def _each(iterated: ast.expr) -> ast.expr | None:
    """Return what a loop's variable is taken from: of literals and constants, the whole of it."""
    if isinstance(iterated, ast.Call) and dotted(iterated.func) == "zip":
        return ast.Tuple(iterated.args)
    return iterated


def _shown_parameter(function: str, parameter: str) -> ast.expr | None:
    shown = {"head": ("title", "intro"), "_metric": ("label", "about")}
    return ast.Constant("") if parameter in shown.get(function, ()) else None


def handed(
    node: ast.Call, places: dict[str, tuple[tuple[int, ...], tuple[str, ...]]], name: str
) -> Iterator[ast.expr]:
    where, names = places.get(name, ((), ()))
    yield from (node.args[place] for place in where if place < len(node.args))
    yield from (each.value for each in node.keywords if each.arg in names)


def shown_name(node: ast.Call) -> str:
    """Return the name of a call as the tables above have it: Streamlit's whatever it is called on."""
    name = dotted(node.func)
    if name in MARKDOWN:
        return name
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def faults(tree: ast.Module) -> list[str]:
    found = []
    for table, words in ((MARKDOWN, Words(tree)), (PLAIN, Words(tree, plain=True))):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for each in handed(node, table, shown_name(node)):
                    if not words.safe(each):
                        found.append(f"{node.lineno}: {dotted(node.func)}: {ast.unparse(each)}")
    return found


@pytest.mark.parametrize("module", pages(), ids=lambda each: each.path)
def test_every_text_that_a_page_shows_is_its_own_or_made_plain(module: Module) -> None:
    assert faults(module.tree) == []


@pytest.mark.parametrize("module", pages(), ids=lambda each: each.path)
def test_every_function_of_streamlits_that_is_called_is_known_here(module: Module) -> None:
    unknown = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func).startswith("st."):
            name = dotted(node.func).removeprefix("st.")
            if name not in MARKDOWN and not name.startswith("session_state."):
                unknown |= {name} - MACHINERY
        elif isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
            unknown.add("unsafe_allow_html")
    assert unknown == set()


@pytest.mark.parametrize(
    ("file", "name"), [(file, name) for file, names in MADE.items() for name in sorted(names)]
)
def test_what_makes_markdown_of_foreign_text_makes_it_plain(file: str, name: str) -> None:
    module = next(each for each in pages() if each.path == f"sim/dashboard/{file}")
    assert Words(module.tree).returns(name)


def test_cells_and_pieces_of_html_come_from_the_functions_that_escape_them() -> None:
    html, tables = [], []
    for module in pages():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and dotted(node.func) == "st.html":
                html.append((module.path, ast.unparse(node.args[0])))
            if isinstance(node, ast.Call) and dotted(node.func) == "st.table":
                tables.append(module.path)
    assert html == [
        ("sim/dashboard/method.py", "numbers.table(shown)"),
        ("sim/dashboard/one_case.py", "cases.side_by_side(case)"),
        ("sim/dashboard/show.py", "_STYLE + _INK.format(ink=theme().ink)"),
    ]
    assert tables == ["sim/dashboard/show.py"]


@pytest.mark.parametrize(
    "line",
    ["st.markdown(title)", "st.markdown(f'{title}')", "st.error(str(error))", "place.caption('a' + title)",
     "st.header(f'{title!r}')", "st.warning('x', title=run.title)", "st.button(label=names[0])",
     "st.selectbox('x', names)", "st.selectbox('x', names, 0, lambda each: titles[each])",
     "text = 'x'\ntext += title\nst.info(text)", "st.caption(', '.join(names))", "st.metric('x', run.id)",
     "st.segmented_control('x', names, format_func=lambda k: one_line(k))", "st.expander(title[:9])",
     "for name in names:\n    st.caption(name)"],
)  # fmt: skip
def test_a_foreign_word_in_any_of_these_forms_would_be_found(line: str) -> None:
    caught = faults(ast.parse(line))
    assert caught or line == "st.selectbox('x', names)"
