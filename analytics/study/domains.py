"""The SDTM domains Plateau reads and the variables its staging models rely on.

Names follow SDTMIG 3.4. A variable that a file does not have is NULL in `raw`; a variable
that is not listed here is loaded as it stands and simply not used.
"""

from typing import Final

_KEYS: Final = ("STUDYID", "DOMAIN", "USUBJID")

DOMAIN_VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    "DM": (
        *_KEYS, "SUBJID", "RFSTDTC", "RFXSTDTC", "RFXENDTC", "DTHDTC", "DTHFL", "SITEID",
        "BRTHDTC", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "ARMCD", "ARM", "COUNTRY",
    ),
    "EX": (
        *_KEYS, "EXSEQ", "EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRQ", "EXROUTE", "VISITNUM",
        "VISIT", "EPOCH", "EXSTDTC", "EXENDTC",
    ),
    "RS": (
        *_KEYS, "RSSEQ", "RSTESTCD", "RSTEST", "RSCAT", "RSORRES", "RSSTRESC", "RSSTRESN",
        "RSSTAT", "RSREASND", "RSEVAL", "RSACPTFL", "VISITNUM", "VISIT", "RSDTC",
    ),
    "QS": (
        *_KEYS, "QSSEQ", "QSTESTCD", "QSTEST", "QSCAT", "QSORRES", "QSSTRESC", "QSSTRESN",
        "QSSTAT", "QSREASND", "VISITNUM", "VISIT", "QSDTC",
    ),
    "LB": (
        *_KEYS, "LBSEQ", "LBTESTCD", "LBTEST", "LBCAT", "LBORRES", "LBORRESU", "LBSTRESC",
        "LBSTRESN", "LBSTRESU", "LBSTAT", "LBREASND", "LBNAM", "LBSPEC", "LBMETHOD",
        "LBLLOD", "LBLLOQ", "VISITNUM", "VISIT", "LBDTC",
    ),
    "GF": (
        *_KEYS, "GFSEQ", "GFTESTCD", "GFTEST", "GFORRES", "GFSTRESC", "GFSTAT", "GFREASND",
        "GFSPEC", "GFMETHOD", "VISITNUM", "VISIT", "GFDTC",
    ),
    "PR": (
        *_KEYS, "PRSEQ", "PRTRT", "PRDECOD", "PRCAT", "PRSTDTC", "PRENDTC", "VISITNUM", "VISIT",
    ),
    "MH": (
        *_KEYS, "MHSEQ", "MHGRPID", "MHTERM", "MHDECOD", "MHCAT", "MHSCAT", "MHSTDTC", "MHENDTC",
    ),
    "CM": (
        *_KEYS, "CMSEQ", "CMGRPID", "CMTRT", "CMDECOD", "CMCAT", "CMSCAT", "CMSTDTC", "CMENDTC",
    ),
    "SS": (
        *_KEYS, "SSSEQ", "SSTESTCD", "SSTEST", "SSORRES", "SSSTRESC", "SSSTAT", "SSREASND",
        "VISITNUM", "VISIT", "SSDTC",
    ),
    "SV": (*_KEYS, "VISITNUM", "VISIT", "SVCNTMOD", "SVSTDTC", "SVENDTC"),
    "DS": (*_KEYS, "DSSEQ", "DSTERM", "DSDECOD", "DSCAT", "DSSTDTC"),
    "DD": (*_KEYS, "DDSEQ", "DDTESTCD", "DDTEST", "DDORRES", "DDSTRESC", "DDDTC"),
    "SUPP": (
        "STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL",
        "QORIG", "QEVAL",
    ),
}
