"""What reports are called, in files and in what is said of them."""

from collections.abc import Mapping

from services.reporting.exports import texts
from services.reporting.exports.kinds import Report

TITLES: Mapping[Report, str] = {
    Report.CHECKINS: texts.CHECKINS,
    Report.PEOPLE: texts.PEOPLE,
    Report.REGISTER: texts.REGISTER,
    Report.ACTIVITY: texts.ACTIVITY_REPORT,
    Report.ORGANISATION: texts.ORGANISATION_REPORT,
    Report.SIGN_SHEET: texts.SIGN_SHEET,
    Report.PROOF: texts.PROOF,
}
