"""What part does a figure play: the value before, the value now, the difference, a whole, a sum?"""

from __future__ import annotations

import re

from explainer.checker.families import ABOUT_BEFORE
from explainer.checker.figures import Figure

_BEFORE_LEFT = re.compile(
    r"\b(?:norms?(?: of| is| was)?|benchmark(?: of)?|going rate(?: of)?|expected|expectations? of|usual|usually|normal|normally|typical|typically|baseline(?: of| is| was|,)?|instead of|"
    r"rather than|against|versus|vs\.?|compared (?:with|to)|in place of|previously|used to be|used to|would have cost|would be|would have been|formerly|"
    r"before it was|than the|than|as against|where|(?<=, )not|not the|(?<=\w )once|before)\b"
)
_BEFORE_RIGHT = re.compile(
    r"^ ?(?:(?:tokens?|requests?|calls?|runs?|tokens? per request|requests per run|of \w+|was|were|is|had been|would be|that was|did|do|would have been|one would|a request|per run|per request|in|the|it|that|which|were|are|to be|one|we|would|have|had|been)\b ?){0,5}"
    r"(?:expected|expects?|before\b(?! (?:the|it))|previously|earlier|beforehand|normally|usually|usual|normal|typical|prior|anticipated|baseline|at baseline)"
)
_AFTER_LEFT = re.compile(
    r"\b(?:now|saw(?! the (?:larg|bigg|small|great|major|lesser))|reached|reaching|currently|today|actual(?:ly)?|spent|instead it cost|came to|comes to|came in at|stands at|got|paid|costs|(?<!extra )(?<!additional )(?<!expected )(?<!usual )(?:bill|spend|cost) of|(?:bill|ledger|meter|actuals?) (?:says?|said|reads?|shows?)|is running at|(?:ran|run|runs|running) up|ran to|racked up|burned through|swallowed|consumed|burn(?:ed|s|t)|clocked in at|weighed in at|really|turned into|became|becomes|ended (?:up )?at|turned out (?:as|at|to be))\b"
)
_AFTER_RIGHT = re.compile(
    r"^ ?(?:(?:tokens?|requests?|calls?|runs?|of \w+|per run|per request|a request)\b ?){0,3}(?:now\b|today\b|at present|each , not|, not Q|instead of|rather than|against|versus|vs\b|compared|where|during|after\b|(?:was |were |is |has been |had been |got )?(?:actually |in fact |really )?(?:spent|paid|billed|charged|incurred)\b|that (?:was|it|N\d+|had been) (?:\w+ )?(?:spent|cost|paid)|(?:it|N\d+) (?:in fact |actually |really )?(?:cost|spent)|actually|actual\b|since\b|in the incident)"
)
_SET_AGAINST = re.compile(
    r"^ ?,? (?:rather than|instead of|against|versus|vs|as against|compared (?:with|to)|in place of) (?:the |an? |some |about |around |roughly |nearly |almost |just |only |~ |usual |expected |normal )*Q"
)
_EXCESS_RIGHT = re.compile(
    r"^ ?(?:\(? ?)?(?:(?:was |were |has been )?(?:spent|paid|billed) )?(?:(?:(?:an?|per|each|every) )?(?:D\d+|(?:hour|day|week|month|run|request|call)) (?=more|less|above|over (?:its|the|what)|below|under|higher|lower|extra|too|on top|in excess|dearer|additional))?(?:(?:tokens?|requests?|calls?|runs?) )?(?:more|above|over(?! (?:the |this |that |these |those |its |a |all )*(?:whole |same |entire )?(?:stretch|period|incident|time|window|span|hours?|days?|weeks?|months?|course|duration|D\d|Q\d+ [a-z]))|extra|higher|less|below|under|lower|(?:would|could) (?:have been|be) (?:saved|avoided|spared)|too (?:much|high|low|dear|expensive)|(?:was|were|is|are) (?:extra|additional|excess|too much|on top|unexpected|unplanned|in excess)|additional|dearer|cheaper|on top|in excess|"
    r"of (?:it |that |this |which )?(?:is |was |being )?(?:extra|additional|excess|added)|fewer|larger|bigger|smaller|longer|shorter|beyond|up\b|down\b|increase|rise|jump|drop|fall|decrease|overspend|overrun|difference|excess\b|saved|"
    r"worse|greater|past|beneath|(?:(?:went|was|were|is|stayed|remained) )?unspent)(?![a-z])"
)
_EXCESS_LEFT = re.compile(
    r"\b(?:over-?spen\w+|overshot|overran|leav(?:es|ing)|excess(?: is| was| of| comes to|stands at|now stands at|reached|so far|so far is|:|,)?|(?<!make )(?<!makes )(?<!made )(?<!making )(?<!add )(?<!adds )(?<!ran )(?<!run )(?<!runs )(?<!running )(?<!used )(?<!uses )(?<!using )(?<!eaten )(?<!taken )(?<!-)up|down|by|extra|unexpected|unplanned|unforeseen|unbudgeted|rise of|increase of|rise|increase|difference(?: of| is)?|additional|jump(?:ed)?(?: of)?|another|a further|further|added|adds|"
    r"overspend(?: of| is)?|drop(?:ped)?(?: of)?|fell|rose|grew|decrease(?:d)?(?: of)?|saved|saving|gap(?: of| is)?|overshoot(?: of)?|surplus|shortfall|increased|climbed|fall of|impact(?: of| is| so far)?|higher|lower|(?:extra|additional|added|excess) (?:cost|costs|spend|spending|bill|money|outlay)(?: of| is| was| :)?)(?: an?| the| some)?(?: whole)?$"
)
_TOTAL_LEFT = re.compile(
    r"(?:^ ?|[,;:.(] |\b(?:out|share|part|portion|half|most|all|much|some|piece|slice|chunk|bulk|majority|rest|remainder|thirds?|quarters?|total|sum|amount|percent) )"
    r"(?:of|out of)(?: the| its| a| that| this| all| total| actual)*(?: whole| full| total)?(?: of)?$"
)
_WAS_EXPECTED = re.compile(
    r"^ (?:(?:that |which |as |we |it )(?:we |it |was |were |is |had |been |should )*)?(?:expected|usual|normal|budgeted for it)\b"
)
_SET_BACK = re.compile(r"\bsets? (?:us|them|N\d+|the team) back(?: by)?$")
_UNREAL = re.compile(
    r"\bwould (?:only |normally |usually |still )*(?:have )?(?:cost|come|been|be|reached|stood|spent|paid)(?: (?:only|at|to|in at))*$|\b(?:had|if) (?:it|N\d+|the \w+) (?:had )?(?:only |just )?(?:cost|come to|spent|stayed at)$|\b(?:should|ought to|(?:was|were|is|are) (?:supposed|meant|due) to)(?: (?:normally|usually|only|really|have|only have))* (?:have (?:been|cost|come|taken|stayed|run|reached)|cost|be|come|take)(?: \w+){0,2}$|\b(?:expected|usual|normal|budgeted) to (?:cost|be|come)(?: \w+){0,2}$"
)
_WOULD_FIT = re.compile(
    r"^ would (?:have been|be) (?:as |in line with |what |at |about |the |just |within )*(?:expect|normal|usual|norm|ordinary|typical|baseline|right\b|plan)"
)
_CHANGES = r"\b(?:rose|risen|rise|fell|fallen|declin\w*|shr[aiu]nk\w*|surg\w+|doubled|tripled|halved|quadrupled|drop\w*|climb\w*|jump\w*|went up|went down|(?<!add )(?<!adds )(?<!adding )(?<!added )(?<!sum )(?<!sums )up|down|increas\w+|decreas\w+|grew|grow\w*|mov\w+|soar\w*|sank|dipped|shot up)\b"
_STANDS_AT = re.compile(
    rf"(?:{_CHANGES}|\b(?:has|have|had|spend|costs?|bill|N\d+)(?: (?:been|more|less|than|nearly|almost|about|well|over|just|roughly))* Q\d+|\bQ\d+ (?:more|less|over|under|above|below|higher|lower|dearer|cheaper|past|beyond|fewer)\b)[^;:()]*(?:, (?:now |then |and )?| (?=to|reaching))(?:to|at|with|costing|reaching|totalling|standing at|coming to|landing at|ending at|which makes it|which puts it at){ABOUT_BEFORE}$"
)
_WAS = re.compile(
    rf"\bQ\d+[^;:]*[,(] (?:which |that |it |they |this )?(?:was|were|had been|once|formerly|previously|earlier|used to be)(?: (?:at|on|still))?{ABOUT_BEFORE}$"
)
"""`Q0 of requests now, was Q1`."""
_CLOSES = re.compile(
    r"^ ?(?:(?:tokens?|requests?|calls?|runs?|in all|in total|per \w+|an? \w+|each) ?){0,3}(?:[.,;:)]|and\b|$)"
)
_SUM = re.compile(
    r"\b(?:together|in all|in total|altogether|sum(?:s|ming)?(?: to| up to)?|adds? up to|adding up to|combined|total(?:ling|s)?|makes?(?! up))\b"
)


def role_of(left: str, right: str, left_all: str, right_all: str, figure: Figure) -> str:
    """before, after, excess, total, sum or rest; empty where the words leave it open."""
    if _SET_BACK.search(left):
        return "after"
    if _WOULD_FIT.match(right):
        return "before"
    if _UNREAL.search(left) and not _EXCESS_RIGHT.match(right):
        return "before"
    if _TOTAL_LEFT.search(left) and figure.unit == "usd":
        if _WAS_EXPECTED.match(right):
            return "before"
        return (
            "after"
            if re.match(
                r"^ (?:that|which) (?:the )?(?:it|N\d+|was|team N\d+) (?:actually |in fact )?(?:cost|spent)\b", right
            )
            else "total"
        )
    if re.search(r"\bactual (?:cost|spend|bill|amount|one|figure)$", left):
        return "after"
    if _SUM.search(left[-24:]) and figure.unit in ("usd", "percent") and "Q" in left_all:
        return "sum"
    if re.match(
        r"^ ?(?:now|today|at present|currently|during(?= ?(?:[.,;)]|$))|(?:during|in|for) (?:the|this) (?:incident|anomaly|spike|episode|period))\b(?! (?:costs?|is|are|it|we|they|comes|runs|stands|takes|makes|N\d))",
        right,
    ):
        return "after"
    if _STANDS_AT.search(left_all.rstrip()) and _CLOSES.match(right):
        return "after"
    reached = re.search(rf"{_CHANGES}[^;]* to{ABOUT_BEFORE}$", left)
    if (reached and "from" not in left[-30:]) or (left.endswith(", to") and re.search(_CHANGES, left_all)):
        return "after"
    if re.search(r"\bfrom(?: the usual| an expected| a usual)?$", left) or _WAS.search(left_all.rstrip()):
        return "before"
    if re.search(rf"\bto{ABOUT_BEFORE}$", left) and re.search(r"\bfrom\b.* Q\d+[^Q]*$", left_all):
        return "after"
    spread = re.match(r"^ over Q\d+ (?:requests|calls|runs)\b", right_all)
    if _EXCESS_RIGHT.match(right) and not spread and not re.match(r"^ (?:up|down) from", right):
        return "excess"
    if re.match(r"^ (?:up|down) from", right):
        return "after"
    if _BEFORE_RIGHT.match(right):
        return "before"
    near = left[-34:]
    if _SET_AGAINST.match(right_all) and not _EXCESS_LEFT.search(left):
        return "after"
    if _EXCESS_LEFT.search(left) and not re.search(r"\bexpected$", left):
        return "excess"
    marks = [(m.start(), "before") for m in _BEFORE_LEFT.finditer(near)] + [
        (m.start(), "after") for m in _AFTER_LEFT.finditer(near)
    ]
    if re.search(
        r"(?<!of )\b(?:the|an|its) (?:excess|overspend|difference|gap) (?:now )?(?:stands at|reached|comes to|came to|amounts to|amounted to)$",
        left,
    ):
        return "excess"
    if marks:
        return max(marks)[1]
    if _AFTER_RIGHT.match(right):
        return "after"
    clause = next((c for c in re.split(r"[,;]", f"{left} Q {right}") if "Q" in c), "")
    if figure.unit in ("percent", "count"):
        clause = re.split(r" (?:above|below|over|under|than|against|from|beyond) ", clause)
        clause = next(c for c in clause if "Q" in c)
        now = re.search(r"\b(?:now|today|currently|at present)\b", clause)
        then = re.search(r"\b(?:previously|earlier|beforehand|formerly|before(?! (?:the|it|that)))\b", clause)
        if bool(now) != bool(then):
            return "after" if now else "before"
    if re.match(
        r"^ ?,? ?(?:\( ?(?:before|previously|was|usually|normally|up from|from)|instead of|rather than|against|versus|vs\b|compared (?:with|to)|where Q|\( ?expected)",
        right_all,
    ):
        return "after"
    if (
        re.search(
            r"\b(?:cost|(?:bill|spend|spending|total|actuals?)(?: is| was| :)?|(?:cost|bill|spend|spending) (?:averaged|averages|came to|comes to))(?: only| just| merely)*$",
            left,
        )
        and figure.unit == "usd"
    ):
        return "after"
    return "after" if spread and figure.unit == "usd" else ""


BY_SO_MUCH = re.compile(
    rf"\b(?:by|up|down){ABOUT_BEFORE} Q\d+(?: [a-z]+)?(?: ?,)? (?:that is|i\.e\.?|namely|in other words|which is|or)(?: ,)?{ABOUT_BEFORE}$"
)
"""`rose by Q0, or Q1`: the second tells the same move."""
_CUT = re.compile(r" (?:and|but|while|whereas|so|which|that|,|with) ")


def role_in(left: str, right: str, left_all: str, right_all: str, figure: Figure) -> str:
    """The role by the words nearest to the figure; by all of them where those leave it open."""
    left = _OVER_TIME.sub("", re.sub(r" (?:per|each|every|an) (?:hour|day|week|month)(?= |$)", "", left))
    if re.search(r"(?:\bthat is|\bi\.e\.?|\bnamely|\bin other words|\bmeaning|\bwhich is|\bor) ?,?$", left):
        return "excess" if BY_SO_MUCH.search(left_all.rstrip()) else role_of("", right, "", right_all, figure)
    if re.search(r"\bof(?: the)?$", left) and not _PART_OF.match(right_all):
        return role_of(left, right, left_all, right_all, figure)
    timed = not _EXCESS_RIGHT.match(right) and figure.unit in ("percent", "count", "usd")
    if timed and (time := _TIME_FIRST.search(left_all.rstrip())):
        return "before" if time["before"] else "after"
    if part := _PART_OF.match(right_all):
        left_all, right = left, part["rest"]
    if (part or _AMOUNT_OF.search(left_all.rstrip())) and _IS_OVER.match(right):
        return "excess"
    if re.match(r"^ (?:\w+ )??(?:was|were|is|are|had been) not (?!Q)", right) and "expected" in f"{left_all}{right}":
        return "excess"
    if _LEFT_OVER.search(left_all.rstrip()) and figure.unit == "count":
        return "after"
    if _UNEXPECTED.match(right_all) or _UNEXPLAINED.match(right) or _BEYOND.search(left):
        return "excess"
    if re.search(r"\bafter$", left) and re.search(r"\bQ\d+[^Q]*$", left_all):
        return "before"
    if told := _INSTEAD.search(left_all.rstrip()):
        first = role_of(told["first"].rstrip(), "", told["first"], right_all, figure)
        if first in ("before", "after"):
            return "after" if first == "before" else "before"
    if figure.unit == "count" and _BESIDE_UTMOST.search(left_all.rstrip()) and not _THEN.search(f"{left} | {right}"):
        return "after"
    if figure.unit == "usd" and (
        _IS_EXCESS.search(left_all.rstrip()) or _GAP.search(left_all.rstrip()) or _EXCESS_RATE.search(left)
    ):
        return "excess"
    if figure.sign > 0 and figure.unit == "usd":
        return "excess"
    if pair := re.search(r"\b(actual|expected) ?/ ?(actual|expected)\b[^:;]*: (?:(?P<second>Q\d+ / ))?$", left_all):
        return {"actual": "after", "expected": "before"}[pair[2] if pair["second"] else pair[1]]
    if left.endswith(" ,") and not re.search(r"\b(?:where|at|namely|of|is|was) ,$", left):
        left = ""
    near = _CUT.split(f"{left} ")[-1].rstrip(), _CUT.split(f"{right} ")[0].rstrip()
    if near != (left, right):
        by_near = role_of(near[0], near[1], left_all, right_all if near[1] == right.rstrip() else near[1], figure)
        if by_near in ("before", "after"):
            return by_near
    after_comma = left.rpartition(" , ")[2]
    if len(after_comma.split()) >= 2 and re.search(
        r"\b(?:makes?|made|adds?|added|explains?|explained|accounts?|accounted|brings?|brought|contribut\w+|saved?)\b",
        after_comma,
    ):
        left = after_comma
    return role_of(left, right, left_all, right_all, figure)


_OVER_TIME = re.compile(
    r" (?:, |\( )?(?:on average|(?:averaged |spread |taken |measured |on average )?(?:over|across|during|throughout) (?:the |its |all |these |whole |of )*(?:D\d+|incident|period|window|time))(?: \))?$"
)
"""`excess per hour, averaged over the 21 hours: Q0`: over what time, which says nothing of the role."""
_TIME_FIRST = re.compile(
    r"(?:^|[;:.] |, (?:and |but )?|\b(?:and|but) )(?:(?P<before>before(?: (?:that|then|this|it began|it started|the (?:incident|change|start|move|switch|shift|spike|rise)))?|beforehand|previously|earlier|formerly|until then|up to then)|now|today|currently|at present|since then|(?:during|in|amid) (?:the incident|this|that|it(?= ,))) ,? ?(?:N\d+|there|it|they|one|an?|the|only|about|around|roughly|[a-z]+)(?: (?:(?<=made )up|(?<=makes )up|(?!up\b|down\b|from\b|to\b|more\b|less\b|fewer\b|higher\b|lower\b|by\b|than\b|against\b|instead\b)[\w']+)){0,5}$"
)
_PART_OF = re.compile(
    r"^ (?:or so )?(?:out )?of (?:the |its |that |a total of |about )*Q\d+(?: (?:that |which |we |it |N\d+ |was |has |been )*(?:spent|paid|billed|charged|cost|run up|incurred|used)(?: (?:on|for|by|in|at) (?:[a-z]+ |N\d+ ){0,3}?(?:N\d+|it|this|incident|period))?(?= (?:is|are|was|were|lies?|lay|sits?|goes|comes?|came|went)\b))?(?P<rest>[^Q;:,]*)"
)
"""A part and its whole: what is said of the part stands after all that tells the whole: `Q0 of the Q1 spent on it is ...`."""
_AMOUNT_OF = re.compile(
    rf"(?:^|[,;:] |\band )(?:out )?of (?:the |its |that |a total of |about )*Q\d+[^Q;:]*,{ABOUT_BEFORE}$"
)
_IS_OVER = re.compile(
    r"^ (?:is|was|are|were|lies?|lay|sits?|goes|went|comes?|came) (?:above|over|beyond|below|under|on top|in excess)\b"
)
GAP = rf"\b(?:difference|gap|distance|spread|margin) between [^Q;.]*Q(?P<one>\d+) (?:[^Q;.]* )?(?:and|&) [^Q;.]*Q(?P<other>\d+) (?:[^Q;.]* )?(?:is|was|:|=|makes|of|comes to|amounts to|equals){ABOUT_BEFORE}"
"""What tells how far two amounts are apart, up to the figure that says it."""
_GAP = re.compile(rf"{GAP}$")
_BESIDE_UTMOST = re.compile(
    r"\b(?:longest|largest|busiest|single|one|at most|up to|as many as)\b[^;]*\bQ\d+[^Q]*\b(?:average|mean|ordinary|others?)\b[^,;Q]*$"
)
"""`one run made Q0, against an average of Q1`: both are of the same time."""
_THEN = re.compile(r"\b(?:before|previous\w*|earlier|formerly|usual\w*|normal\w*|expected|baseline|was|were|had)\b")
_INSTEAD = re.compile(
    r"(?:^|[,;] )(?P<first>[^,;Q]*\b(?:would|should)\b[^,;Q]*) Q\d+ ,? ?(?:rather than|instead of|and not|not)$"
)
_LEFT_OVER = re.compile(
    r"\b(?:down|fell|dropped|lost|shrank|cut|fewer|less)\b[^;]*\bQ\d+[^;Q]*\bleav(?:es|ing)(?: (?:us with|about|around|some|roughly|only|just))*$"
)
_BEYOND = re.compile(
    r"\b(?:not|cannot) (?:be )?(?:explain|account|cover|expect)\w*\b[^,;Q]*\b(?:baseline|expectation|norm|expected)\b[^,;Q]*\b(?:is|was|comes to|came to|amounts to)$"
)
_UNEXPECTED = re.compile(
    r"^ (?:(?:per|an?|each|every) )?(?:(?:D\d+|hour|day|week) )?(?:of (?:it|that|this|which) )?(?:, )?(?:(?:was|were|is|are|being) )?(?:un(?:expected|planned|budgeted|foreseen)|(?:not|never) (?:expected|planned|foreseen))\b"
)
"""`$720 a day of that is unexpected`."""
_UNEXPLAINED = re.compile(
    r"^ (?:that |which )?(?:the |its )?(?:baseline|expectation|norm|plan|usual cost|expected cost) (?:(?:does|do|did|could|would) not|cannot|can not|fails? to)\b"
)
_EXCESS_RATE = re.compile(
    r"\b(?:excess|overspend|overshoot|overrun|surplus|extra|additional)(?: (?:burn|run|spend|spending|cost|costs|running))? (?:rate|pace|average|per (?:D\d+|\w+)|(?:an?|each|every) \w+)\b[^,;:Q]*$"
)
"""`excess burn rate: Q0`, `overspend per hour is Q0`."""
_IS_EXCESS = re.compile(
    r"(?:^|[,;:.] |\b(?:and|so|of|is|far|now|then|today|currently|still|while|but|[TDN]\d+) )(?:the |its |an? |this |that )?(?:(?:total|net|whole|extra|resulting|average|mean|hourly|daily|weekly) )*(?:excess|difference|gap|overspend|overshoot|shortfall|saving|overrun|increase|rise|jump|growth|drop|decrease|fall|decline|surge|hike|surplus|overage|deviation|deficit|margin|(?:extra|additional|added|excess) (?:costs?|spend|spending|outlay))\b"
    r"(?: (?!Q)[^;:Q]*)? (?:comes? to|came to|is|was|amounts? to|amounted to|stands? at|stood at|runs? at|ran at|ended (?:up )?at|is running at|averages?|averaged|works? out at|worked out at|reached|totals?|totalled|exceeds?|exceeded|topp?(?:s|ed)|pass(?:es|ed)|surpass(?:es|ed)|nears|approach(?:es|ed)|of)(?: (?:about|around|roughly|just|some|nearly|almost|over|under|a|an|on average))*$"
)


_RANKED = re.compile(r"\b(?:largest|biggest|top|main|leading|first|last|smallest) $")
_RANKS = re.compile(r"^ (?:largest|biggest|main|chief|top|leading) ")
_THINGS = re.compile(
    r"^ (?:main |other |more |further )?(?:things|points|reasons|aspects|ways|sides|observations|notes|remarks|words|facts)\b"
)
_THE_TWO = re.compile(r"\b(?:the|these|those|all|both) $")
_THEY = re.compile(r"^ (?:are|were|have|had|may|might|can|could|do|did|belong|happen\w*|of them|together|[.,;])")
_LISTED = re.compile(
    r"^ (?:parts|pieces|items|components|elements|amounts|figures|callers|customers|regions|sources)(?: only| in all)? : (?P<items>[^;.]*)"
)


def only_numbers(figure: Figure, left: str, right: str) -> bool:
    """True for a number that orders or lists: `2) `, `the top two`, `three main drivers`, `two things`."""
    if not figure.bare or figure.value > 9:
        return False
    if right.startswith(" )") and left.count("(") <= left.count(")"):
        return True
    if _THE_TWO.search(left) and _THEY.match(right):
        return True
    if (listed := _LISTED.match(right)) and len(re.findall(r"\bQ\d+", listed["items"])) == figure.value:
        return True
    return figure.value <= 5 and bool(_RANKED.search(left) or _RANKS.match(right) or _THINGS.match(right))
