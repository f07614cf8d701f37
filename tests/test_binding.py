"""Binding: what a person writes becomes a term in a slot or a clean error, and never a piece of a query."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.plugins.sparql import prepareQuery

from calcigraph.errors import BadParameter, CalcigraphError, UnknownName, UnknownQuestion
from calcigraph.names.vocabulary import TERMS, load_vocabulary
from calcigraph.questions.ask import bind
from calcigraph.questions.catalog import Question, catalog, find_question
from calcigraph.resources import resources

NAMES = load_vocabulary(resources().ontology_files(), resources().mappings)
QUESTIONS = catalog(resources().question_files())
PARAMETERS = [(question, name) for question in QUESTIONS.values() for name in question.parameters]
LOOKUP = QUESTIONS["lookup"]
SPITEFUL = st.text(
    alphabet=st.one_of(
        st.sampled_from("\"'\\{}<>|^`#?$.;:@() \n\r\t\0\u2028\ufeff\u00e9\U0001d49c"), st.characters(codec="utf-8")
    )
)
KNOWN = st.sampled_from(sorted(NAMES.names))


def around(question: Question, name: str) -> tuple[str, str]:
    """Return the text before and after a parameter's slot."""
    before, opening, rest = question.fill({}).partition(f"VALUES ?asked_{name} {{ ")
    slot = re.match(r"[^{}]* ", rest)
    assert slot is not None
    return before + opening, rest[slot.end() - 1 :]


def slot_terms(slot: str) -> list[Any]:
    """Return the terms that a slot holds, as SPARQL reads them; text that is more than terms is a syntax error."""
    results = ox.Store().query(f"SELECT ?term WHERE {{ VALUES ?term {{ {slot} }} }}")
    assert isinstance(results, ox.QuerySolutions)
    return [solution["term"] for solution in results]


@given(st.sampled_from(PARAMETERS), st.one_of(SPITEFUL, KNOWN))
@example((LOOKUP, "identifier"), '" } UNION { ?found ?any ?asked_identifier } #')
@example((LOOKUP, "identifier"), "> } ; DROP ALL ; SELECT ?s { VALUES ?s { <")
@example((LOOKUP, "identifier"), "\\")
@example((LOOKUP, "identifier"), "{ VALUES ?asked_identifier { UNDEF } }")
@example((LOOKUP, "identifier"), "MONDO:}<>\n")
@example((LOOKUP, "identifier"), r"\1 \g<0> \n")
@example((QUESTIONS["treatments"], "level"), "IV } }")
@example((QUESTIONS["treatments"], "condition"), "https://w3id.org/calcigraph/ontology#Condition> } #")
def test_any_text_becomes_terms_in_its_slot_or_a_clean_error(asked: tuple[Question, str], value: str) -> None:
    """What stands around the slot keeps its bytes, and the slot holds terms alone."""
    question, name = asked
    try:
        filled = question.fill(bind(question, {name: value}, NAMES))
    except CalcigraphError:
        return
    before, after = around(question, name)
    assert filled.startswith(before)
    assert filled.endswith(after)
    slot = filled[len(before) : len(filled) - len(after)]
    assert slot_terms(slot)
    ox.Store().query(filled)
    if question.parameters[name].root is not None:
        assert slot_terms(slot) == [ox.NamedNode(NAMES.find(value, root=question.parameters[name].root or ""))]


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("31302187", "31302187"),
        ("PMID 31302187", "31302187"),
        ("pmid: 31302187", "31302187"),
        ("https://pubmed.ncbi.nlm.nih.gov/31302187/", "31302187"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/31302187", "31302187"),
        ("PMCID: PMC5500288", "PMC5500288"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC5500288/", "PMC5500288"),
        ("doi:10.1136/ard.62.3.267", "10.1136/ard.62.3.267"),
        ("https://www.doi.org/10.1136%2Fard.62.3.267", "10.1136/ard.62.3.267"),
        ("https://clinicaltrials.gov/study/NCT02663895", "NCT02663895"),
        ("10.1000/a%2Fb/", "10.1000/a%2Fb/"),
    ],
)
def test_an_identifier_is_known_as_it_is_usually_written(written: str, bare: str) -> None:
    """The address of a resolver and the kind of an identifier are taken off; a bare one stays as it is."""
    terms = slot_terms(bind(LOOKUP, {"identifier": written}, NAMES)["identifier"])
    assert next(term.value for term in terms if isinstance(term, ox.Literal)) == bare


@given(SPITEFUL.filter(str.strip))
def test_an_identifier_is_literal_text(value: str) -> None:
    """An identifier that is no address stands in the slot as one text in three cases, with all its signs."""
    try:
        terms = slot_terms(bind(LOOKUP, {"identifier": value}, NAMES)["identifier"])
    except CalcigraphError:
        return
    literals = [term.value for term in terms if isinstance(term, ox.Literal)]
    addresses = [term.value for term in terms if isinstance(term, ox.NamedNode)]
    assert len(literals) + len(addresses) == len(terms)
    assert literals == list(dict.fromkeys([literals[0], literals[0].lower(), literals[0].upper()]))
    assert value.strip().endswith(literals[0])
    assert set(addresses) <= {value.strip(), *NAMES.expansions(value)}


def test_half_a_sign_is_a_clean_error() -> None:
    """A byte on the command line that is no UTF-8 reaches the binding as half a surrogate pair."""
    with pytest.raises(CalcigraphError):
        bind(LOOKUP, {"identifier": "\udcff"}, NAMES)


@settings(max_examples=25)
@given(st.from_regex(r"[\"'{}\\<>?#.A-Za-z0-9 ]{1,20}", fullmatch=True).filter(str.strip))
def test_a_filled_query_differs_in_its_slot_alone(value: str) -> None:
    """The algebra that rdflib makes of the query is that of the file with other values in one place."""
    filled = LOOKUP.fill(bind(LOOKUP, {"identifier": value}, NAMES))
    assert _without_values(prepareQuery(filled).algebra) == _without_values(prepareQuery(LOOKUP.fill({})).algebra)


def _without_values(node: Any) -> Any:
    """Return the algebra with what stands in the slot of the identifier taken out."""
    if isinstance(node, dict):
        if getattr(node, "name", "") == "values" and "asked_identifier" in repr(node["res"]):
            return "slot"
        return (
            getattr(node, "name", ""),
            sorted((key, repr(_without_values(value))) for key, value in node.items() if key != "_vars"),
        )
    if isinstance(node, list | tuple):
        return [_without_values(each) for each in node]
    if isinstance(node, set | frozenset):
        return sorted(map(repr, node))
    return repr(node)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("31302187", "31302187"),
        ("  31302187\n", "31302187"),
        ("PMID: 31302187", "31302187"),
        ("https://doi.org/10.1136/ARD.62.3.267", "10.1136/ard.62.3.267"),
        ("doi:10.1136/ard.62.3.267", "10.1136/ard.62.3.267"),
        ("http://dx.doi.org/10.1136/ard.62.3.267", "10.1136/ard.62.3.267"),
        ("nct02663895", "NCT02663895"),
        ("https://pubmed.ncbi.nlm.nih.gov/31302187", "31302187"),
    ],
)
def test_an_identifier_is_looked_for_without_its_resolver(value: str, text: str) -> None:
    """However an identifier is usually written, the form that records have is in the slot."""
    assert ox.Literal(text) in slot_terms(bind(LOOKUP, {"identifier": value}, NAMES)["identifier"])


def test_an_external_identifier_is_looked_for_as_its_address() -> None:
    """A compact identifier of a mapped vocabulary is expanded."""
    terms = slot_terms(bind(LOOKUP, {"identifier": "mondo:0008054"}, NAMES)["identifier"])
    assert ox.NamedNode("http://purl.obolibrary.org/obo/MONDO_0008054") in terms


def test_a_slot_that_is_not_asked_stays_as_it_is() -> None:
    """Filling one slot leaves the others, and filling none leaves what the file holds."""
    question = QUESTIONS["treatments"]
    assert "VALUES ?asked_level { UNDEF }" in question.fill({})
    filled = question.fill(bind(question, {"level": "IV"}, NAMES))
    assert "VALUES ?asked_condition { cg:Condition }" in filled
    assert f"VALUES ?asked_level {{ <{TERMS}OxfordModified-IV> }}" in filled


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"conditon": "JDM"}, "has no parameter 'conditon'. It takes: condition"),
        ({"zzz": "JDM"}, "It takes: condition, level"),
        ({"Condition": "JDM"}, "has no parameter 'Condition'"),
        ({"asked_condition": "JDM"}, "has no parameter 'asked_condition'"),
    ],
)
def test_an_unknown_parameter_is_answered_with_what_the_question_takes(asked: dict[str, str], said: str) -> None:
    """A parameter that the question does not take is refused, and the nearest is named."""
    with pytest.raises(BadParameter) as caught:
        bind(QUESTIONS["treatments"], asked, NAMES)
    assert said in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("asked", [{}, {"identifier": ""}, {"identifier": " \n"}])
def test_a_required_parameter_is_asked_for(asked: dict[str, str]) -> None:
    """Without it, or with nothing in it, the question says what it needs."""
    with pytest.raises(BadParameter, match="needs --identifier: A PMID"):
        bind(LOOKUP, asked, NAMES)


def test_a_name_of_the_wrong_kind_is_unknown() -> None:
    """A treatment where a condition belongs is answered as an unknown condition."""
    with pytest.raises(UnknownName, match="No condition is called 'rituximab'"):
        bind(QUESTIONS["treatments"], {"condition": "rituximab"}, NAMES)


def test_an_unknown_question_is_answered_with_the_nearest() -> None:
    """A slip in a question's name is answered with the name that was meant."""
    with pytest.raises(UnknownQuestion, match=r"There is no question 'treatmnts'\. Nearest: treatment") as caught:
        find_question("treatmnts", resources().question_files())
    assert caught.value.nearest[0] in ("treatments", "treatment")
