"""The figures: true to what the questions answer, legible at every width, the same each time, and said in words."""

from __future__ import annotations

import itertools
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from rdflib.plugins.sparql import prepareQuery

from calcigraph.errors import BadParameter, NothingToDraw, UnknownName
from calcigraph.figures import forest_words
from calcigraph.figures.colours import NONE, contrast, ink_on, level_colours
from calcigraph.figures.data import Data
from calcigraph.figures.drawing import SETTINGS
from calcigraph.figures.evidence_map import evidence_map
from calcigraph.figures.forest import forest
from calcigraph.figures.network import network
from calcigraph.figures.page import INK, PAPER, SOFT
from calcigraph.figures.timeline import timeline
from calcigraph.resources import resources
from calcigraph.synthesis import NoPool, Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcigraph import Evidence
    from calcigraph.figures.drawing import Drawing

TINY = Path(__file__).parent / "worlds" / "tiny"
TERMS = "https://w3id.org/calcigraph/ontology#"
DPI = 300
STATES = ("studied", "combined", "together", "empty", "never")
SVG = "{http://www.w3.org/2000/svg}"
FIGURES: dict[str, tuple[Callable[..., Drawing], dict[str, str]]] = {
    "map": (evidence_map, {}),
    "map of a class": (evidence_map, {"treatment": "calcium chelator or solubilizer"}),
    "map of a condition": (evidence_map, {"condition": "JDM"}),
    "map of both": (evidence_map, {"treatment": "surgery", "condition": "SSc"}),
    "forest of thiosulfate": (forest, {"treatment": "sodium thiosulfate"}),
    "forest of diltiazem": (forest, {"treatment": "diltiazem"}),
    "forest of rituximab": (forest, {"treatment": "rituximab"}),
    "forest of one study": (forest, {"treatment": "surgical excision"}),
    "forest of a class": (forest, {"treatment": "drug treatment"}),
    "forest of comparisons": (forest, {"treatment": "phytate"}),
    "forest by route": (forest, {"treatment": "sodium thiosulfate", "route": "topical", "response": "complete"}),
    "timeline": (timeline, {}),
    "timeline of a treatment": (timeline, {"treatment": "diltiazem"}),
    "timeline of a condition": (timeline, {"condition": "JDM"}),
    "network": (network, {}),
    "network of a treatment": (network, {"treatment": "rituximab"}),
    "network of a class": (network, {"treatment": "immunomodulatory treatment", "condition": "JDM"}),
}

each_figure = pytest.mark.parametrize("name", FIGURES)


def drawn(evidence: Evidence, name: str, **options: float) -> Drawing:
    """Return a figure of the list above."""
    draw, asked = FIGURES[name]
    return draw(evidence, **asked, **options)


def svg(drawing: Drawing) -> ET.Element:
    """Return the figure as a parsed SVG."""
    return ET.fromstring(drawing.content("svg"))  # noqa: S314 -- made by ourselves


def texts(root: ET.Element) -> list[str]:
    """Return all that is written on a figure."""
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def named(root: ET.Element, kind: str) -> dict[str, ET.Element]:
    """Return the elements of a kind by the rest of their names."""
    groups = {group.get("id", ""): group for group in root.iter(f"{SVG}g")}
    return {name.removeprefix(f"{kind}."): group for name, group in groups.items() if name.startswith(f"{kind}.")}


def points(group: ET.Element) -> list[tuple[float, float]]:
    """Return the corners of the path in a group."""
    path = group.find(f".//{SVG}path")
    assert path is not None
    return [(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", path.get("d", ""))]


def local(iri: object) -> str:
    """Return the last part of an IRI."""
    return str(iri).rpartition("#")[2]


# Legible


@each_figure
@pytest.mark.parametrize("width", [85.0, 120.0, 180.0])
def test_nothing_is_clipped_and_no_text_covers_another(evidence: Evidence, name: str, width: float) -> None:
    """Every text lies on the page, no two texts overlap, and no letter is smaller than 5.5 points."""
    drawing = drawn(evidence, name, width=width)
    drawing.figure.set_dpi(DPI)
    page = drawing.figure.bbox
    written = [one for one in drawing.figure.findobj(Text) if isinstance(one, Text) and one.get_text()]
    assert len(written) > 5
    assert min(float(one.get_fontsize()) for one in written) >= 5.5
    with mpl.rc_context(SETTINGS):  # type: ignore[arg-type]  # the stubs list every key as a literal
        renderer = RendererAgg(page.width, page.height, DPI)  # type: ignore[no-untyped-call]
        boxes = [(one.get_text(), one.get_window_extent(renderer)) for one in written]
    for text, box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, text  # noqa: PT018
    allowed = 0.3 / 25.4 * DPI
    for (text, box), (other, beside) in itertools.combinations(boxes, 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        assert min(across, down) <= allowed, f"{text!r} and {other!r}"


def test_the_height_fits_what_is_drawn(evidence: Evidence) -> None:
    """The SVG has the width that was asked for, in points, and the height that the drawing says."""
    drawing = drawn(evidence, "forest of diltiazem", width=88.0)
    root = svg(drawing)
    assert float(root.get("width", "").removesuffix("pt")) == pytest.approx(88 * 72 / 25.4, abs=0.01)
    assert float(root.get("height", "").removesuffix("pt")) == pytest.approx(drawing.height * 72 / 25.4, abs=0.01)


def simulated(colour: str, loss: list[list[float]]) -> tuple[float, ...]:
    """Return a colour as it is seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return tuple(sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in loss)


@pytest.mark.parametrize(
    "loss",
    [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ],
    ids=["protanopia", "deuteranopia", "tritanopia"],
)
def test_levels_are_told_apart_without_one_kind_of_cone(evidence: Evidence, loss: list[list[float]]) -> None:
    """The brightness of the colours, as it is seen, rises by half with each level: in grey they are in order, too."""
    levels = sorted(Data(evidence).levels.values(), key=lambda level: level.rank)
    assert [level.notation for level in levels] == ["IB", "IIB", "IV", "V"]
    colours = level_colours(levels)
    seen = [simulated(colours[level.iri], loss) for level in levels]
    bright = [0.05 + sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), one, strict=True)) for one in seen]
    assert all(after / before > 1.5 for before, after in itertools.pairwise(bright))


def test_letters_have_contrast(evidence: Evidence) -> None:
    """Letters on paper and on every fill have at least the contrast 4.5 of WCAG 2."""
    assert contrast(INK, PAPER) > 7
    assert contrast(SOFT, PAPER) > 4.5
    for fill in level_colours(Data(evidence).levels.values()).values():
        assert contrast(ink_on(fill), fill) > 4.5


# True


@pytest.mark.parametrize(
    "treatment", ["Treatment", "SurgicalTreatment", "CalciumChelator", "Biologic", "Bisphosphonate"]
)
def test_the_map_counts_what_the_question_counts(evidence: Evidence, treatment: str) -> None:
    """The number in a cell is the answer to `counted`, and a cell with findings is one with a row there."""
    root = svg(drawn(evidence, "map"))
    answers = {local(row["condition"]): row for row in evidence.ask("counted", treatment=f"cg:{treatment}")}
    cells = {
        name.partition(".")[2]: group
        for name, group in named(root, "studied").items()
        if name.startswith(f"{treatment}.")
    }
    numbers = {name: "".join(group.itertext()).strip() for name, group in named(root, "patients").items()}
    columns = {name.partition(".")[2] for kind in STATES for name in named(root, kind)}
    assert cells.keys() == answers.keys() & columns
    for condition in cells:
        patients = answers[condition]["patients"]
        assert numbers[f"{treatment}.{condition}"] == ("?" if patients is None else str(patients))


def test_the_gaps_of_the_map_are_those_of_the_question(evidence: Evidence) -> None:
    """Cells without findings are told apart as `unstudied` tells them apart."""
    root = svg(drawn(evidence, "map"))
    shown = {kind: set(named(root, kind)) for kind in STATES}
    every = set().union(*shown.values())
    asked = {
        f"{local(row['treatment'])}.{local(row['condition'])}": row["searched"] for row in evidence.ask("unstudied")
    }
    assert len(asked.keys() & every) > 300
    conditions = {name.partition(".")[2] for name in asked}
    treatments = {name.partition(".")[0] for name in asked}
    for kind, said in (("never", "never searched"), ("empty", "searched, none found")):
        here = {name for name in shown[kind] if {*name.split(".")} <= conditions | treatments}
        assert here == {name for name, word in asked.items() if word == said}


@pytest.mark.parametrize("condition", ["SystemicSclerosis", "JuvenileDermatomyositis", "SystemicLupusErythematosus"])
def test_the_map_has_the_levels_of_the_question(evidence: Evidence, condition: str) -> None:
    """The colour of a cell is that of the best level that `treatments` gives to what is below the class."""
    data = Data(evidence)
    colours, rank = level_colours(data.levels.values()), {iri: level.rank for iri, level in data.levels.items()}
    rows = [row for row in evidence.ask("treatments", condition=f"cg:{condition}") if row["studies"]]
    cells = {
        n.partition(".")[0]: g
        for n, g in named(svg(drawn(evidence, "map")), "studied").items()
        if n.endswith(f".{condition}")
    }
    assert len(cells) > 5
    for treatment, group in cells.items():
        below = data.below(TERMS + treatment)
        earned = [str(row["level"]) for row in rows if row["treatment"] in below]
        fill = colours[min(earned, key=rank.__getitem__)] if earned else NONE
        path = group.find(f".//{SVG}path")
        assert path is not None
        assert f"fill: {fill}" in path.get("style", "")


def test_areas_of_the_map_are_as_the_patients(evidence: Evidence) -> None:
    """Of discs above the least size the area is to the patients as one number is to another."""
    root = svg(drawn(evidence, "map"))
    numbers = {name: "".join(group.itertext()).strip() for name, group in named(root, "patients").items()}
    ratios = []
    for name, group in named(root, "studied").items():
        path = group.find(f".//{SVG}path")
        assert path is not None
        if "C" in path.get("d", "") and numbers[name].isdigit() and int(numbers[name]) > 5:
            xs = [float(x) for x in re.findall(r"(-?[\d.]+) -?[\d.]+", path.get("d", ""))]
            ratios.append((max(xs) - min(xs)) ** 2 / int(numbers[name]))
    assert len(ratios) > 20
    assert max(ratios) == pytest.approx(min(ratios), rel=0.01)


@pytest.mark.parametrize("name", [name for name, (draw, _) in FIGURES.items() if draw is forest])
def test_the_forest_shows_the_pool(evidence: Evidence, name: str) -> None:
    """Squares and diamond stand where the pool has them on the scale, and its numbers are written beside them."""
    made = pooled(evidence, name)
    root = svg(drawn(evidence, name))
    written = texts(root)
    squares = named(root, "study")
    assert squares.keys() == {
        row.record.removeprefix("https://w3id.org/calcigraph/").replace("/", ".") for row in made.studies
    }
    for row in made.studies:
        assert f"{row.events}/{row.patients}" in written
        assert forest_words.interval(row.estimate, row.low, row.high) in written
    if isinstance(made, Pool):
        low, high = forest_words.believed(made.summary)
        assert forest_words.interval(made.summary.estimate, low, high) in written
        diamond = points(next(group for group in root.iter(f"{SVG}g") if group.get("id") == "pool"))
        ticks = dict(scale(root))
        for (x, _), proportion in zip(diamond, (low, made.summary.estimate, high), strict=False):
            assert x == pytest.approx(ticks["0"] + proportion * (ticks["100"] - ticks["0"]), abs=0.5)
    else:
        assert isinstance(made, NoPool)
        assert any(made.reason in " ".join(written[place : place + 3]) for place in range(len(written)))


def pooled(evidence: Evidence, name: str) -> Pool | NoPool:
    """Return the pool that a forest plot shows."""
    asked = FIGURES[name][1]
    return evidence.pool(asked["treatment"], route=asked.get("route"), response=asked.get("response", "any"))


def scale(root: ET.Element) -> Iterator[tuple[str, float]]:
    """Yield the ends of the scale of a forest plot with where they stand."""
    for text in root.iter(f"{SVG}text"):
        if text.text in {"0", "100"} and "middle" in text.get("style", ""):
            yield text.text, float(text.get("x", "nan"))


@pytest.mark.parametrize("name", [name for name, (draw, _) in FIGURES.items() if draw is forest])
def test_the_forest_lists_all_that_is_not_pooled(evidence: Evidence, name: str) -> None:
    """Every finding of the scope is on the figure and in its words: pooled, compared, on one patient, or left out."""
    made = pooled(evidence, name)
    drawing = drawn(evidence, name)
    written = " ".join(texts(svg(drawing)))
    for one in made.excluded:
        assert " ".join(one.counted.citation.split()) in written
        assert one.counted.citation in drawing.words()
    assert f"({len(made.single_patients)}; " in written or not made.single_patients
    assert f"Comparisons, not pooled ({len(made.comparisons)})" in written or not made.comparisons
    assert "efficacy" in written
    assert "efficacious" not in written


def test_the_timeline_ends_with_what_is_counted(evidence: Evidence) -> None:
    """The numbers at the end of each row are those of `counted`, and patients never become fewer."""
    drawing = drawn(evidence, "timeline")
    root = svg(drawing)
    numbers = {name: "".join(group.itertext()).strip() for name, group in named(root, "patients").items()}
    studies = {name: "".join(group.itertext()).strip() for name, group in named(root, "studies").items()}
    assert len(numbers) > 15
    for treatment in ("SurgicalTreatment", "CalciumChannelBlocker", "Biologic"):
        row = next(iter(evidence.ask("counted", treatment=f"cg:{treatment}")))
        assert numbers[treatment] == str(row["patients"])
        assert int(studies[treatment]) <= int(str(row["studies"]))
    for line in drawing.long.splitlines():
        steps = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) patients?,", line)]
        assert steps == sorted(steps)


def test_the_network_has_the_citations_of_the_question(evidence: Evidence) -> None:
    """Each citation is a link, and each end of a link is a record on the figure."""
    drawing = drawn(evidence, "network")
    asked = {f"- {row['record_label']} - cites - {row['cited_label']}" for row in evidence.ask("citations")}
    said = {line for line in drawing.long.splitlines() if " - cites - " in line}
    assert said == asked
    assert len(asked) > 5
    assert f"cites ({len(asked)})" in texts(svg(drawing))


def test_the_network_names_every_claim_and_finding(evidence: Evidence) -> None:
    """Whoever claims or found something of a treatment is there, with the stance or the direction."""
    drawing = drawn(evidence, "network of a treatment")
    root = svg(drawing)
    claims = {str(row["record"]) for row in evidence.ask("claims", treatment="rituximab")}
    findings = {one.record for one in evidence.counts if f"{TERMS}Rituximab" in one.classes}
    records = {name.replace(".", "/", 1) for name in named(root, "record")}
    assert records == {record.removeprefix("https://w3id.org/calcigraph/") for record in claims | findings}
    said = {line.partition(", on ")[0].removeprefix("- "): line for line in drawing.long.splitlines()}
    audited = list(evidence.ask("audit", treatment="rituximab"))
    assert len(audited) > 5
    for row in audited:
        assert re.search(rf"{row['stance']}[^:;]*: {row['verdict']}", said[str(row["record_label"])])


# In words, and the same each time


@each_figure
def test_a_figure_says_what_it_shows(evidence: Evidence, name: str) -> None:
    """Title and description stand in the SVG and in the words; state of the evidence and caution at its foot."""
    drawing = drawn(evidence, name)
    root = svg(drawing)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == (drawing.title, drawing.short)
    assert root.get("aria-labelledby", "").split() == [title.get("id"), description.get("id")]
    assert drawing.title.endswith("?")
    assert drawing.words().startswith(f"{drawing.title}\n\n{drawing.short}\n\n")
    written = " ".join(texts(root))
    day, records = Data(evidence).stamp
    for said in (drawing.title, f"evidence of {day}: {records} records", "Research tool, not medical advice"):
        assert said in written
        assert said in drawing.words()
    assert written.count("Research tool") == 1


KINDS = {
    "map": ["--seeds", str(TINY)],
    "forest": ["--treatment", "minocycline", "--seeds", str(TINY)],
    "timeline": ["--seeds", str(TINY)],
    "network": ["--treatment", "immunomodulatory treatment", "--condition", "JDM"],
}
FORMS = ["svg", "png", "pdf"]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, shared_home: Path) -> Path:
    """Return a folder with all figures by two processes: sets and figures in another order, at another time."""
    folder = tmp_path_factory.mktemp("twice")
    every = [(kind, form) for kind in KINDS for form in FORMS]
    for seed, order in (("1", every), ("2", every[::-1])):
        calls = [["plot", kind, *KINDS[kind], "-o", str(folder / f"{kind}-{seed}.{form}")] for kind, form in order]
        each = "cli(words, standalone_mode=False)"
        ran = subprocess.run(
            [sys.executable, "-c", f"from calcigraph.cli import cli\nfor words in {calls}:\n    {each}"],
            env=os.environ | {"CALCIGRAPH_HOME": str(shared_home), "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ran.returncode, ran.stdout.splitlines()) == (0, [call[-1] for call in calls]), ran.stderr
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS)
def test_the_same_evidence_gives_the_same_bytes(twice: Path, kind: str, form: str) -> None:
    """Two processes, with sets in another order, at another time, write the same file and the same words."""
    one, two = (twice / f"{kind}-{seed}.{form}" for seed in "12")
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[form])
    words = [file.with_name(f"{file.name}.alt.txt").read_text(encoding="utf-8") for file in (one, two)]
    assert words[0] == words[1]
    assert "Research tool, not medical advice" in words[0]


# Wrong input


def plot(*arguments: str | Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `calcigraph plot` as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "calcigraph", "plot", *map(str, arguments)],
        env=os.environ | {"CALCIGRAPH_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frest", "-o", "a.svg"], "No figure is called 'frest'. Nearest: forest."),
        (["forest", "--treatment", "minocyclin", "-o", "a.svg"], "Nearest: minocycline"),
        (["forest", "--treatment", "mycophenolate", "-o", "a.svg"], "No study has a finding on mycophenolate"),
        (["map", "--treatment", "mycophenolate", "-o", "a.svg"], "so there is nothing to draw"),
        (["timeline", "--condition", "JDN", "-o", "a.svg"], "No condition is called 'JDN'"),
        (["network", "--treatment", "mycophenolate", "-o", "a.svg"], "so there is nothing to draw"),
        (["forest", "--treatment", "minocycline", "--response", "good", "-o", "a.svg"], "'good' is not one of"),
        (["forest", "-o", "a.svg"], "Missing option '--treatment'"),
        (["map"], "Missing option '-o'"),
        (["map", "-o", "a.jpeg"], "a.jpeg ends in .jpeg: end it in .svg, .png or .pdf."),
        (["map", "-o", "a"], "a has no ending: end it in .svg, .png or .pdf."),
        (["map", "-o", "."], ". is a folder: name a file in it."),
        (["map", "-o", "nowhere/a.svg"], "There is no folder nowhere: make it, or name another file."),
        (
            ["map", "--width", "wide", "-o", "a.svg"],
            "'wide' is no width: write one, two, or millimetres from 70 to 600.",
        ),
        (["map", "--width", "nan", "-o", "a.svg"], "'nan' is no width"),
        (["map", "--width", "20", "-o", "a.svg"], "'20' is no width"),
    ],
)
def test_wrong_use_says_what_to_do(shared_home: Path, arguments: list[str], said: str) -> None:
    """A mistake ends with 2 and a sentence, without a traceback and without a file."""
    ran = plot(*arguments, "--seeds", TINY, home=shared_home)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr
    assert not Path("a.svg").exists()


def test_a_missing_library_is_named_with_what_to_install(shared_home: Path, tmp_path: Path) -> None:
    """Without matplotlib the command says which extra to install, before it builds anything."""
    code = "import sys; sys.modules['matplotlib'] = None; from calcigraph.cli import main; main(sys.argv[1:])"
    command = [
        sys.executable,
        "-c",
        code,
        "plot",
        "map",
        "-o",
        str(tmp_path / "a.svg"),
        "--home",
        str(tmp_path / "home"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Figures need matplotlib: pip install 'calcigraph[figures]'" in ran.stderr
    assert not (tmp_path / "home").exists()
    del shared_home


def test_a_full_disk_leaves_what_was_there(shared_home: Path, tmp_path: Path) -> None:
    """If a file cannot be written to its end, the old figure and its words stay, and nothing else is left."""
    file = tmp_path / "map.svg"
    assert plot("map", "--seeds", TINY, "-o", file, home=shared_home).returncode == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before.keys() == {"map.svg", "map.svg.alt.txt"}
    ran = subprocess.run(
        [sys.executable, "-m", "calcigraph", "plot", "timeline", "--seeds", str(TINY), "-o", str(file)],
        env=os.environ | {"CALCIGRAPH_HOME": str(shared_home)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert ran.returncode == 1
    assert f"The figure could not be written to {file}" in ran.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_api_raises_what_the_command_says(evidence: Evidence) -> None:
    """From Python the same mistakes are errors with their nearest names."""
    with pytest.raises(NothingToDraw) as nothing:
        forest(evidence, treatment="mycophenolate")
    assert nothing.value.nearest == ("methotrexate",)
    with pytest.raises(UnknownName):
        evidence_map(evidence, treatment="diltiazen")
    with pytest.raises(BadParameter):
        forest(evidence, treatment="diltiazem", response="good")


def test_one_study_has_no_pool_and_says_so(shared_home: Path, tmp_path: Path) -> None:
    """In a world with one study, every figure is drawn, and the forest plot says why there is no pool."""
    seeds = tmp_path / "seeds"
    shutil.copytree(TINY / "studies", seeds / "studies")
    for path in sorted((seeds / "studies").iterdir())[1:]:
        path.unlink()
    for kind in ("map", "timeline", "network", "forest"):
        file = tmp_path / f"{kind}.svg"
        ran = plot(kind, "--treatment", "minocycline", "--width", "one", "--seeds", seeds, "-o", file, home=shared_home)
        assert ran.returncode == 0, ran.stderr
    root = ET.fromstring((tmp_path / "forest.svg").read_bytes())  # noqa: S314 -- made by ourselves
    assert "No pool: One study counts, and a pool needs two." in " ".join(texts(root))


def test_queries_of_figures_run_in_any_engine(evidence: Evidence) -> None:
    """Each is SPARQL 1.1 for rdflib, too, ordered, with the prefixes that it needs, and answered by the real graph."""
    queries = resources().figure_queries()
    data = Data(evidence)
    assert len(queries) > 5
    for name, path in queries.items():
        text = path.read_text(encoding="utf-8")
        prepareQuery(text)
        assert text.splitlines()[-1].startswith("ORDER BY ")
        declared = re.findall(r"^PREFIX (\w+):", text, re.MULTILINE)
        body = re.sub(r'^(#.*|PREFIX .*)$|"[^"]*"', "", text, flags=re.MULTILINE)
        assert declared == sorted(set(re.findall(r"(?<![\w?<])([a-z]+):[A-Za-z]", body)))
        assert data.rows(name)
