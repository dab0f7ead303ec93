//! What calls of a cloud account mean: which operations of AWS, by their documented names, serve
//! somebody who misuses it, and which programs keep an account in order. It judges nobody.

use crate::reading::Act;

const BLINDING: &[&str] = &[
    "StopLogging",
    "DeleteTrail",
    "UpdateTrail",
    "PutEventSelectors",
    "DeleteFlowLogs",
    "DeleteDetector",
    "UpdateDetector",
    "DeleteConfigurationRecorder",
    "StopConfigurationRecorder",
    "DeleteLogGroup",
    "DeleteLogStream",
    "PutBucketLifecycle",
    "PutBucketLifecycleConfiguration",
    "DeleteBucketLifecycle",
    "DisassociateFromMasterAccount",
    "LeaveOrganization",
];
const SECRETS: &[&str] = &[
    "GetSecretValue",
    "BatchGetSecretValue",
    "GetParameter",
    "GetParameters",
    "GetParametersByPath",
    "GetPasswordData",
];
const CREDENTIALS: &[&str] = &[
    "CreateUser",
    "DeleteUser",
    "CreateAccessKey",
    "UpdateAccessKey",
    "DeleteAccessKey",
    "CreateLoginProfile",
    "UpdateLoginProfile",
    "DeleteLoginProfile",
    "CreateVirtualMFADevice",
    "DeactivateMFADevice",
    "CreateProfile",
    "DeleteProfile",
    "CreateTrustAnchor",
    "DeleteTrustAnchor",
    "ImportKeyPair",
    "CreateKeyPair",
    "CreateSAMLProvider",
    "CreateOpenIDConnectProvider",
];
const RIGHTS: &[&str] = &[
    "AttachUserPolicy",
    "AttachRolePolicy",
    "AttachGroupPolicy",
    "DetachUserPolicy",
    "PutUserPolicy",
    "PutRolePolicy",
    "PutGroupPolicy",
    "UpdateAssumeRolePolicy",
    "AddUserToGroup",
    "CreatePolicyVersion",
    "SetDefaultPolicyVersion",
    "SetIamPolicy",
];
const OPENING: &[&str] = &[
    "ModifySnapshotAttribute",
    "ModifyImageAttribute",
    "ModifyDBSnapshotAttribute",
    "ModifyDBClusterSnapshotAttribute",
    "PutBucketPolicy",
    "PutBucketAcl",
    "DeleteBucketPolicy",
    "DeletePublicAccessBlock",
    "DeleteAccountPublicAccessBlock",
    "AuthorizeSecurityGroupIngress",
    "AddLayerVersionPermission",
    "AddPermission20150331v2",
];
const RUNNING: &[&str] = &[
    "SendCommand",
    "StartSession",
    "ResumeSession",
    "SendSSHPublicKey",
    "SendSerialConsoleSSHPublicKey",
    "CreateFunction20150331",
    "UpdateFunctionCode20150331v2",
    "ModifyInstanceAttribute",
    "RunInstances",
];
const DESTROYING: &[&str] = &[
    "ScheduleKeyDeletion",
    "DisableKey",
    "DeleteDBCluster",
    "DeleteDBInstance",
    "DeleteRecoveryPoint",
    "DeleteBackupVault",
    "DeleteSnapshot",
    "TerminateInstances",
];

/// The act that an operation is, where it is one that matters by its name.
pub(crate) fn act(operation: &str) -> Option<Act> {
    let all = [
        (BLINDING, Act::Blind),
        (SECRETS, Act::Secret),
        (CREDENTIALS, Act::Credential),
        (RIGHTS, Act::Administer),
        (OPENING, Act::Share),
        (RUNNING, Act::Command),
        (DESTROYING, Act::Destroy),
    ];
    let named = all.iter().find(|(names, _)| names.contains(&operation)).map(|(_, act)| *act);
    named.or_else(|| elsewhere(operation))
}

/// The acts of Azure (provider/type/verb) and Google Cloud (package.Method), by what the operation's
/// name holds, the more telling first.
fn elsewhere(operation: &str) -> Option<Act> {
    const PARTS: &[(&str, Act)] = &[
        ("diagnosticsettings/delete", Act::Blind),
        ("activitylogalerts/delete", Act::Blind),
        ("deletesink", Act::Blind),
        ("updatesink", Act::Blind),
        ("deletelog", Act::Blind),
        ("listkeys", Act::Secret),
        ("listcredential", Act::Secret),
        ("accesssecretversion", Act::Secret),
        ("vaults/accesspolicies/write", Act::Secret),
        ("roleassignments/write", Act::Administer),
        ("elevateaccess", Act::Administer),
        ("setiampolicy", Act::Administer),
        ("createserviceaccount", Act::Credential),
        ("generateaccesstoken", Act::Credential),
        ("runcommand", Act::Command),
        ("virtualmachines/extensions/write", Act::Command),
        ("setmetadata", Act::Command),
        ("setcommoninstancemetadata", Act::Command),
        ("securityrules/write", Act::Share),
        ("firewallrules/write", Act::Share),
        ("firewalls.insert", Act::Share),
        ("firewalls.patch", Act::Share),
        ("begingetaccess", Act::Share),
        ("locks/delete", Act::Destroy),
        ("vaults/delete", Act::Destroy),
        ("virtualmachines/delete", Act::Destroy),
        ("instances.delete", Act::Destroy),
        ("buckets.delete", Act::Destroy),
    ];
    if !operation.contains(['/', '.']) {
        return None;
    }
    let lower = operation.to_ascii_lowercase();
    PARTS.iter().find(|(part, _)| lower.contains(part)).map(|(_, act)| *act)
}

/// Whether a user agent is that of a program that makes and removes resources as they are written
/// down: what it calls is daily work, unless a rule names the very agent.
pub(crate) fn is_upkeep(agent: &str) -> bool {
    ["Terraform", "CloudFormation", "Pulumi"].iter().any(|name| agent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_told_by_the_names_of_each_cloud() {
        let check = |operation: &str, expected: Option<Act>| {
            assert_eq!(act(operation), expected, "{operation}");
        };
        check("StopLogging", Some(Act::Blind));
        check("MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE", Some(Act::Administer));
        check("Microsoft.Storage/storageAccounts/listKeys/action", Some(Act::Secret));
        check("google.iam.admin.v1.CreateServiceAccountKey", Some(Act::Credential));
        check("v1.compute.firewalls.insert", Some(Act::Share));
        check("storage.objects.get", None);
        check("DescribeInstances", None);
    }
}
