"""Names: any form of a name leads to its term, an unknown one to the nearest, and no name to a guess."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calcigraph.errors import AmbiguousName, UnknownName
from calcigraph.names.nearest import nearest
from calcigraph.names.vocabulary import TERMS, Vocabulary, fold, load_vocabulary
from calcigraph.resources import resources

if TYPE_CHECKING:
    from random import Random

CONDITION = TERMS + "Condition"
TREATMENT = TERMS + "Treatment"
LEVEL = TERMS + "EvidenceLevel"
JDM = TERMS + "JuvenileDermatomyositis"
SPACE = st.text(alphabet=" \t\n\u00a0\u2003", max_size=3)


NAMES = load_vocabulary(resources().ontology_files(), resources().mappings)


@pytest.mark.parametrize(
    "name",
    [
        "juvenile dermatomyositis",
        "Juvenile Dermatomyositis",
        "  juvenile \t dermatomyositis\n",
        "JDM",
        "jdm",
        "childhood dermatomyositis",
        "juvenile-onset dermatomyositis",
        "cg:JuvenileDermatomyositis",
        "CG:juveniledermatomyositis",
        TERMS + "JuvenileDermatomyositis",
        "MONDO:0008054",
        "mondo:0008054",
        "http://purl.obolibrary.org/obo/MONDO_0008054",
        "ORPHA:93672",
        "ICD10CM:M33.0",
    ],
)
def test_forms_of_one_name_are_one_term(name: str) -> None:
    """Label, synonym, compact and whole address, and identifiers of others mean the same."""
    assert NAMES.find(name, root=CONDITION) == JDM


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("Sjögren syndrome", "SjogrenSyndrome"),
        ("SJOGREN SYNDROME", "SjogrenSyndrome"),
        ("Sjo\u0308gren disease", "SjogrenSyndrome"),
        ("\uff23\uff32\uff25\uff33\uff34", "CRESTSyndrome"),
    ],
)
def test_accents_and_widths_do_not_matter(name: str, term: str) -> None:
    """A name is found however its letters are written."""
    assert NAMES.find(name, root=CONDITION) == TERMS + term


def test_every_name_of_every_term_is_found() -> None:
    """Below each root, a name leads to a term that has it, or says between which ones to choose."""
    for root, members in NAMES.members.items():
        for term in members:
            for name in (NAMES.labels[term], "cg:" + term.removeprefix(TERMS), term):
                assert NAMES.find(name, root=root) == term, name
    for name, terms in NAMES.names.items():
        for root, members in NAMES.members.items():
            if len(set(terms) & set(members)) == 1:
                assert NAMES.find(name, root=root) in terms


def test_a_name_is_looked_for_only_where_it_belongs() -> None:
    """A treatment is no condition."""
    assert NAMES.find("rituximab", root=TREATMENT) == TERMS + "Rituximab"
    with pytest.raises(UnknownName, match="No condition is called 'rituximab'"):
        NAMES.find("rituximab", root=CONDITION)


@pytest.mark.parametrize("name", ["IV", "level iv", "IV (modified Oxford CEBM)", "cg:OxfordModified-IV"])
def test_a_level_is_a_member_of_its_class(name: str) -> None:
    """What is an individual, and no subclass, belongs below its class too."""
    assert NAMES.find(name, root=LEVEL) == TERMS + "OxfordModified-IV"


def test_only_exact_mappings_are_names() -> None:
    """An identifier to which a term is merely related does not mean it."""
    assert NAMES.find("ATC:J01AA08", root=TREATMENT) == TERMS + "Minocycline"
    with pytest.raises(UnknownName):
        NAMES.find("ATC:A01AB23", root=TREATMENT)


@pytest.mark.parametrize(
    ("name", "root", "label"),
    [
        ("juvenil dermatomyositis", CONDITION, "juvenile dermatomyositis"),
        ("dermatomiositis", CONDITION, "dermatomyositis"),
        ("systemic scelrosis", CONDITION, "systemic sclerosis"),
        ("minocyclin", TREATMENT, "minocycline"),
        ("ritximab", TREATMENT, "rituximab"),
        ("sodium thiosulphat", TREATMENT, "sodium thiosulfate"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, root: str, label: str) -> None:
    """A slip is answered with labels, the one that was meant first, at most three."""
    with pytest.raises(UnknownName) as caught:
        NAMES.find(name, root=root)
    assert caught.value.nearest[0] == label
    assert len(caught.value.nearest) <= 3
    assert label in str(caught.value)
    assert isinstance(caught.value, LookupError)


@pytest.mark.parametrize("name", ["", " ", "\u0308", "????", "Ω"])
def test_a_name_like_none_has_no_nearest(name: str) -> None:
    """Where nothing is alike, nothing is suggested."""
    with pytest.raises(UnknownName) as caught:
        NAMES.find(name, root=CONDITION)
    assert caught.value.nearest == ()


def test_a_name_of_several_terms_is_not_guessed() -> None:
    """Two terms with one synonym are both named; the one whose label it is wins; a root may decide."""
    names = Vocabulary(
        labels={"a": "apple", "b": "pear", "c": "quince", "root": "fruit", "other": "pome"},
        names={"sweet": ["a", "b"], "quince": ["a", "c"]},
        members={"root": ["a", "b", "c"], "other": ["b"]},
    )
    with pytest.raises(AmbiguousName, match="more than one fruit: write one of apple, pear") as caught:
        names.find("Sweet", root="root")
    assert caught.value.choices == ("apple", "pear")
    assert names.find("quince", root="root") == "c"
    assert names.find("sweet", root="other") == "b"
    with pytest.raises(UnknownName):
        names.find("sweet", root="a root that is not there")


def test_compact_identifiers_of_known_prefixes_expand() -> None:
    """The case of a prefix does not matter, that of what follows does; anything else expands to nothing."""
    assert NAMES.expansions(" mondo:0008054 ") == ["http://purl.obolibrary.org/obo/MONDO_0008054"]
    assert NAMES.expansions("CG:Rituximab") == [TERMS + "Rituximab"]
    assert NAMES.expansions("nobody:1") == []
    assert NAMES.expansions("31302187") == []


def test_names_survive_their_file() -> None:
    """What is written beside a build reads back as it was."""
    assert Vocabulary.from_json(NAMES.to_json()) == NAMES


def test_nearest_names_come_most_alike_first() -> None:
    """As many as asked for, and none that are not alike."""
    known = ["warfarin", "minocycline", "doxycycline"]
    assert nearest("minocyclin", known, limit=3)[0] == "minocycline"
    assert len(nearest("cycline", known, limit=1)) == 1
    assert nearest("????", known, limit=3) == []
    assert nearest("warfarin", [], limit=3) == []


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    """A folded name is as plain as it gets."""
    assert fold(fold(name)) == fold(name)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Z", "C"]), min_size=1)), SPACE, SPACE)
def test_white_space_does_not_matter(words: list[str], around: str, between: str) -> None:
    """However words are set apart, and whatever stands around them, the name is the same."""
    assert fold(around + (" " + between).join(words) + around) == fold(" ".join(words))


@given(st.sampled_from(sorted(NAMES.names)), st.randoms(use_true_random=False))
def test_case_does_not_matter(name: str, random: Random) -> None:
    """However letters of a known name are set, it means the same."""
    mixed = "".join(random.choice([letter.upper(), letter.lower()]) for letter in name)
    assume(mixed.casefold() == name.casefold())
    assert fold(mixed) == fold(name)


@given(st.sampled_from(sorted(NAMES.names)), st.text(alphabet="\u0300\u0301\u0308\u0327", min_size=1))
def test_accents_do_not_matter(name: str, accents: str) -> None:
    """Letters with accents, whether written as one sign or as two, are the plain letters."""
    accented = accents.join(name) + accents
    assert fold(accented) == name
    assert fold(unicodedata.normalize("NFC", accented)) == name


@given(st.text(), st.sampled_from(sorted(NAMES.members)))
def test_any_text_leads_to_a_term_or_to_a_clean_error(name: str, root: str) -> None:
    """A term that is found is below the root and has the name; otherwise the error suggests labels below the root."""
    suggested: tuple[str, ...] = ()
    found = None
    try:
        found = NAMES.find(name, root=root)
    except UnknownName as error:
        suggested = error.nearest
    except AmbiguousName as error:
        suggested = error.choices
    assert found is None or (found in NAMES.members[root] and found in NAMES.names[fold(name)])
    assert set(suggested) <= {NAMES.labels[term] for term in NAMES.members[root]}
