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
    all.iter().find(|(names, _)| names.contains(&operation)).map(|(_, act)| *act)
}

/// Whether a user agent is that of a program that makes and removes resources as they are written
/// down: what it calls is daily work, unless a rule names the very agent.
pub(crate) fn is_upkeep(agent: &str) -> bool {
    ["Terraform", "CloudFormation", "Pulumi"].iter().any(|name| agent.contains(name))
}
