"""Plain words that any narrative may use. A word that is neither here nor in a fact may be a name nobody knows."""

from __future__ import annotations

import re

from explainer.checker.quantities import Known
from explainer.checker.scan import Sentence

_PLAIN = frozenset(
    """
    rose fell saw grew began ran cannot will anyhow anyway anyone cannot former formerly fifteen twenty thirty forty fifty sixty nevertheless seemed someone system whereupon wherever whom yourself dearly cost-wise lay lain
    to a about above according account accounted accounting accounts across actual actually added adding additional additions after again against agent ago
    ahead alert all almost alone along already also although altogether always am among amount amounted amounting amounts an and another
    answer answers any anything apart appear appeared appears approximately are area around arrived as aside at attributable attribution average averaged
    away back balance barely based baseline be became because become been before beforehand began begin beginning begins begun behind being
    below beneath beside besides best better between beyond big bigger biggest bill bills bit board both breach break breakdown breaks brief briefly bring
    brings broke broken brought budget budgeted budgets bulk but by cache cached caching call called calls calm came can candidate carried carries
    carry carrying case cause caused causes causing cent cents certain change changed changes changing charge charged chart charts cheaper chief
    chiefly choice clear clearly climb climbed climbing close closer closing combined come comes coming compare compared comparing comparison completion completions
    concern concerned concerns context continue continued continues contribute contributed contributes contribution contributor cost costing costlier
    costs could count counted counts course cover covered covers credit credits crept current currently daily data date day days dearer
    decline declined decrease decreased decreases decreasing deployed detail details did differ difference different dip dipped direct direction dominant dominated dominates
    do does doing dollar dollars done doubled doubles doubling down downward driven driver drivers drives driving drop dropped dropping drops due during
    each earlier early easily effect eight either eleven else elsewhere end ended ending ends enough entire entirely environment error errors
    especially estimate estimated even event events ever every everything everywhere everyday exact exactly exceed exceeded exceeding exceeds except excess execution executions expect
    expectation expectations expected expects expensive explain explained explains extra faced fact factor factors failed failing fails fall fallen falling falls far
    faster feature features fell few fewer fifth figure figures final finally finance find first five followed following follows for forecast forecasts
    found four fourth from full fully further fyi gap gave general get gets getting give given gives go goes going gone got gradually
    grew group grow growing grown grows growth had half halved happened hard has have having he heads-up heaviest heavily heavy
    here high higher highest hit hits hour hourly hours how however hundred if impact in incident incidents include included
    includes including increase increased increases increasing indeed inflated input inputs instead into involved is issue it items its itself job
    jump jumped jumping jumps just keep keeping keeps kept kind known large largely larger largest last lasted lasting lasts late later latest
    launch launched lay lead leading least leave leaves leaving led left length less let level levels lie lies lift lifted like likelihood likely
    limit line list list-price little live load located long longer longest look looking looks lost lot low lower lowered lowering lowers lowest made main
    mainly make makes making many mark marked matches matter matters may me mean meaning means measured meanwhile might
    million mind minute minutes mix model models moment moments money month month-end month's monthly months more moreover morning most mostly
    move moved moves moving much must name named namely nearly neither net never new newly news next night nine no nobody none nor normal
    normally not note noted nothing notice noticed now number numbers of off offset offsets often old on once one ones ongoing only onto open or order
    ordinary original other others otherwise our out output outputs outrun outside outweighs over overall overran overrun overruns overshoot overshoots overspend own
    owned owner owners owning owns pace page paid part partly parts past pay paying peak per percent percentage perhaps period persists place planned
    play plus point points pool pools possible possibly practically pre-announced preceding precise precisely presumably previous previously price priced prices pricing pricier prior probable
    probably process processed projected projection prompt prompts proof proportion proved proven provider pulled push pushed pushes put
    puts quarter quarters question quick quickly quite raise raised raises raising ran rank ranks rapidly rate rates rather ratio reach reached reaches read reading
    reads really reason reasons recent recently record recorded reduce reduced reduces reducing reduction region regular related release released
    releases remain remainder remained remaining remains reply replies report reports request requests respectively response responses rest result resulted resulting
    results return returned returning reviewed rise risen rises rising roll rolled roughly rounded run running runs same saved saves saving savings
    say scope second see seem seems seen sent separate separately serve served serves set seven several share shared
    shares sharp sharply shift shifted short shorter shortly should show showed showing shown shows shrank side sign
    significant significantly similar simply since single sits sitting six size slack slightly slow slower slowly small smaller smallest so so-called some something sometimes somewhat soon sort
    soared source sources span spanned spans specifically spend spending spends spent spike spiked split spread staging stand standing stands start started starting starts state status
    stay stayed stays steadily steady steep steeply step steps still stood stop stopped strong stronger strongest strongly such sum
    summary summed sums surge surged surrounding table tag tagged tags take taken takes taking team team's teams tell ten tenth terms than that the their them
    then there thereby therefore these they thing things third thirds this those though thousand three through throughout thus
    ticked time times title titled today together token tokens too took top total totalled totals toward towards traffic trend
    triple tripled tripling true twelve twice twofold two typical typically unannounced unchanged unclear under underway unexpected unit unplanned unit-cost units unknown unlike
    untagged until unusual unusually up upgrade upon upward us usage use used users uses using usual usually utc value version versions versus very via view visible
    volume vs was way we week weekly weeks weigh weighed weighs weight well went were what whatever when where whereas whether which while
    who whole whose why wide widely with within without work workflow workflows works worth would year years yesterday yet you your zero
    swing swung factor-of roughly-speaking day-to-day run-rate list-prices year-end month-on-month week-on-week pay-as-you-go so-far team-level
    alarm attention bottom-line bottom overview tl dr tldr update status good morning hello hi dear colleagues folks everyone reader readers summary headline short version digest recap context
    background explanation evidence signal signals coincide coincided coincides coinciding coincidence coincidental coincidentally apparent apparently plausible suspected suspicion suggests suggest indicates
    indicate points pointing consistent correlation shown remains-to-be-shown unproven unconfirmed established confirmed dollars' worth
    accompanied saw sees seeing equals equal equivalent corresponds corresponding namely i.e e.g approx circa ca incl including excluding aside
    mid-way midway halfway onwards onward forth thereafter afterwards meantime elapsed lasting-some stretch stretches window windows interval
    hefty modest moderate marked noticeable notable considerable considerably substantial substantially clearly visibly far-above
    budgetary allowance overdrawn headroom spare unspent leftover remaining track heading headed finish finishes finished finishing closes wind winds land lands set
    pipeline-free prompt-length output-length input-length per-request per-run re-index
    explained-by doubling trebled quadrupled quintupled threefold fourfold fivefold tenfold multiplied multiple multiples fraction majority minority
    sixth seventh eighth ninth hundredth bulk slice chunk piece portion lion's lion
    dearest noon midday midnight sunday monday tuesday wednesday thursday friday saturday jan feb mar apr jun jul aug sep oct nov dec january february march april may june july august september october november december
    pm am o'clock clock gmt usd us-dollar eur percent points pp
    heard hear speaking accordingly basically essentially namely merely mere purely notably particularly particular chiefly
    sat made-up lined along alongside apiece
    ballooned bloated swelled swollen mushroomed crept creep creeping edging inched slid slipped eased sank sunk plunged slumped tumbled collapsed collapse vanished disappeared
    newcomer newest introduced introduction debut debuted appeared
    retries retry retried retrying loop loops looping looped repeated repeats repeat repeating storm
    longest biggest single busiest
    responsible belongs belong belonging pays payer footing foot foots costing-centre
    dimension dimensions elements element spread-out evenly uneven concentrated concentrates confined limited sits located traced
    finance's note notes heads message alert incident-free nb psa info information
    hence thereof wherein whereby whichever whoever
    mention mentioned mentioning reference referring refer refers regard regarding regards respect
    swap swapped switch switched switches switching migrate migrated migrates migration replaced replaces replacing replacement routed routes routing
    """.split()
)
_ENDINGS = ("'s", "s'", "s", "es", "d", "ed", "ing", "ly", "er")
_CODE = re.compile(r"\d|[_./#+]|[a-z][A-Z]")
_SLOT_LEFT = re.compile(r"\b(?:teams?|features?|model|models|workflow|release|owner|owned by|pool|environment|provider|region|version)(?: is| are| :| called| named)? $")
_SLOT_RIGHT = re.compile(r"^ (?:'s |spent|team\b|paid|owns)")


def word_faults(sentence: Sentence, known: Known) -> list[str]:
    """Words that may be names which no fact has, or things no fact speaks of."""
    faults = []
    for word in sentence.words:
        if not _is_plain(word, known):
            faults.append(f"{word}: no fact has this name or thing")
    return faults


def _is_plain(word: str, known: Known) -> bool:
    lower = word.lower().strip(".-/_+#")
    if not lower or len(lower) == 1:
        return True
    if _known_word(lower, known):
        return True
    if "-" in lower and not _CODE.search(lower):
        return all(_known_word(part, known) for part in lower.split("-") if part)
    return "/" in lower and all(_known_word(part, known) for part in lower.split("/") if part)


def _known_word(lower: str, known: Known) -> bool:
    if lower in _PLAIN or re.search(rf"(?<![\w-]){re.escape(lower)}(?![\w-])", known.texts):
        return True
    for ending in _ENDINGS:
        stem = lower.removesuffix(ending)
        if stem != lower and len(stem) > 2 and (stem in _PLAIN or f"{stem}e" in _PLAIN or (stem[-1] == stem[-2] and stem[:-1] in _PLAIN)):
            return True
    return False
