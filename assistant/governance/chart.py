"""The map as an organisation chart (Mermaid) and as text for one screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain.governance import Act, Facet
from assistant.governance.map import Fact, GovernanceMap, Node, Source
from assistant.governance.sayings import load
from assistant.language.amounts import amounts

_CHARS = 160  # of what is said, on a screen
_RIGHTS = 12
_RULES = 6


def mermaid(drawn: GovernanceMap) -> str:
    """A Mermaid flowchart: rounded boxes are bodies, square ones roles; arrows go from who is above."""
    names = {node.name: f"n{number}" for number, node in enumerate(drawn.nodes)}
    joined = {name for line in drawn.lines for name in (line.above, line.below)}
    lines = ["flowchart TD"]
    for node in drawn.nodes:
        if node.name in joined:
            shape = ("[", "]") if node.is_role else ("(", ")")
            lines.append(f'  {names[node.name]}{shape[0]}"{_escaped(node.name)}"{shape[1]}')
    for line in drawn.lines:
        arrow = "-->" if line.kind == "reports to" else "-.->"
        lines.append(f"  {names[line.above]} {arrow} {names[line.below]}")
    return "\n".join(lines)


def overview(drawn: GovernanceMap, language: str) -> str:
    """The organisation for somebody new, in one screen: bodies, who leads, who decides, first rules."""
    words = load()["labels"]

    def label(key: str) -> str:
        return str(words[key].get(language, words[key]["en"]))

    lines = [f"{drawn.organisation.name} – {label('as_of')} {drawn.as_of.isoformat()}"]
    lines += ["", label("bodies")]
    lines += [line for node in drawn.bodies if node.facts for line in _card(node)]
    lines += ["", label("roles")]
    lines += [line for node in drawn.roles if node.facts for line in _role(node)]
    decided = [right for right in drawn.rights if right.act is Act.DECIDES and amounts(right.limits)]
    lines += ["", label("decides")]
    for right in decided[:_RIGHTS]:
        lines.append(
            f"  {right.decider}: {_short(f'{right.matter} – {right.limits}')}  [{_place(right.source)}]"
        )
    if len(decided) > _RIGHTS:
        lines.append(f"  … +{len(decided) - _RIGHTS} (mandat map)")
    if drawn.rules:
        lines += ["", label("rules")]
        lines += [f"  {_short(rule.text)}  [{_place(rule.source)}]" for rule in drawn.rules[:_RULES]]
    return "\n".join(lines)


def listing(drawn: GovernanceMap) -> str:
    """Everything on the map as text: bodies, roles, lines and decision rights, each with its source."""
    lines = [f"{drawn.organisation.name}, {drawn.as_of.isoformat()}"]
    for title, nodes in (("Bodies", drawn.bodies), ("Roles", drawn.roles)):
        lines += ["", f"{title} ({len(nodes)})"]
        for node in nodes:
            lines.append(f"  {node.name}" + (f" ({', '.join(node.aliases)})" if node.aliases else ""))
            lines += (f"    {f.facet.value}: {_short(f.text)}  [{_place(f.source)}]" for f in node.facts)
    lines += ["", f"Lines ({len(drawn.lines)})"]
    lines += (f"  {line.below} ← {line.above} ({line.kind})  [{_place(line.source)}]" for line in drawn.lines)
    lines += ["", f"Decision rights ({len(drawn.rights)})"]
    for right in drawn.rights:
        limits = f" – {right.limits}" if right.limits else ""
        lines.append(
            f"  {right.decider} {right.act.value}: {_short(right.matter + limits)}  [{_place(right.source)}]"
        )
    return "\n".join(lines)


def remarks(drawn: GovernanceMap) -> str:
    """What the secretary should look at, a line each with its sources below."""
    if not drawn.remarks:
        return "nothing to look at"
    lines = []
    for remark in drawn.remarks:
        lines.append(f"{remark.kind}: {remark.about}")
        if remark.kind == "conflict":
            lines += (f"    {_short(source.quote)}  [{_place(source)}]" for source in remark.sources)
    return "\n".join(lines)


def _card(node: Node) -> Iterator[str]:
    """A body in one or two lines."""
    purpose = _first(node, (Facet.PURPOSE, Facet.ANSWERS_FOR, Facet.DECIDES))
    rest = [fact for facet in (Facet.CHAIR, Facet.MEMBERS, Facet.MEETS) for fact in node.told(facet)[:1]]
    if purpose or rest:
        yield f"  {node.name}" + (f": {_short(purpose.text)}  [{_place(purpose.source)}]" if purpose else "")
    if rest:
        yield "    " + " · ".join(_short(fact.text.rstrip(".")) for fact in rest)


def _role(node: Node) -> Iterator[str]:
    told = _first(node, (Facet.LEADS, Facet.ANSWERS_FOR, Facet.DECIDES, Facet.REPORTS_TO))
    if told:
        yield f"  {node.name}: {_short(told.text)}  [{_place(told.source)}]"


def _first(node: Node, facets: Sequence[Facet]) -> Fact | None:
    return next((fact for facet in facets for fact in node.told(facet)), None)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _CHARS else text[: _CHARS - 2].rsplit(" ", 1)[0] + " …"


def _place(source: Source) -> str:
    return f"{source.document.title}, {source.locator}"


def _escaped(name: str) -> str:
    return re.sub(r'["<>#;]', " ", name)
