//! Audit logs of cloud providers: which of them a document is, and one file each.

mod aws;
mod m365;
mod verbs;
mod workspace;
mod workspace_map;

pub(super) use self::{
    aws::decode as cloudtrail,
    m365::{csv as m365_csv, decode as m365},
    workspace::decode as workspace,
};
use super::web_json;
use crate::{Format, json::Json};

/// Which format a JSON record is, by the members that only it has.
pub(crate) fn identify(root: &Json<'_>) -> Option<Format> {
    if aws::is_record(root) {
        Some(Format::CloudTrail)
    } else if workspace::is_record(root) {
        Some(Format::Workspace)
    } else if m365::is_record(root) {
        Some(Format::M365)
    } else if web_json::is_record(root) {
        Some(Format::WebJson)
    } else {
        None
    }
}
