"""Pairs of made-up words whose tokens collide under the public seed, found among 600,000 words in a second."""

WORDS = """
aembm/axhyb axgti/bfjge akifd/belts aaqqx/besww afmft/bafcg aefst/atgxc adfxd/ajede ajbbu/anexv aaifa/aodtk adbua/adcie
aiycf/banxr aibge/aigfv atklt/bcdwr bavsr/beywn afcuw/bckjz alqjq/azjqd aoupf/bfeph agawg/akyew ajgdy/alnsl aheps/arabl
aglsa/arqqx azocl/bhyxx aeneb/bdmif abtlg/agsum acagq/baqvj aocdu/axhyd aicsd/azotu aeiyr/bhxxj apwea/avxgj axkrc/bhjvt
anved/axsih akxtm/bgnzk apens/bcxtf awsyv/bbyoi abkmw/bghcf aamul/bfbsk ayptd/becft auolu/bashh ahigm/bemug ahhll/arnrh
alpgh/amvmo ahhqg/ajvfd adrlv/autng asnsk/axvju apewj/bfhxk acnay/alnoh bbigu/bdssr aeqxs/axcrj azfty/bgyci arxip/bclqa
auvuh/bhodg adrcz/alimn abpia/beyvo adkjn/akksa ayxpd/bfeva acatv/aqnhc azpde/batjf adtdu/aqxbg auilb/bgpiy arlwr/azbqv
"""
FORGED = [" ".join(words) for words in zip(*(pair.split("/") for pair in WORDS.split()), strict=True)]
