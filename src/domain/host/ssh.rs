//! Whether texts can be an SSH key and lines of known hosts: told when they are sent, not when a host stays offline.
//! What they are worth shows when the host is connected to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};

/// How the binary form of an OpenSSH key begins; the name of its cipher follows, after its length in four bytes.
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Refuses what is no private key in PEM, and what only a passphrase opens: nobody is there to type it.
///
/// # Errors
/// `invalid` with `ssh.key`, without any of its content.
pub(super) fn check_key(text: &str) -> Result<()> {
    let wrong = |words| Err(Error::invalid("ssh.key", words));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let label = lines.next().and_then(|line| line.strip_prefix("-----BEGIN ")).and_then(|rest| {
        rest.strip_suffix(" PRIVATE KEY-----").or((rest == "PRIVATE KEY-----").then_some(""))
    });
    let Some(label) = label else {
        return wrong("must be a private key: -----BEGIN … PRIVATE KEY----- and what follows");
    };
    let mut rest: Vec<_> = lines.collect();
    let end = match label {
        "" => "-----END PRIVATE KEY-----".to_owned(),
        label => format!("-----END {label} PRIVATE KEY-----"),
    };
    if rest.pop() != Some(end.as_str()) {
        return wrong("is cut off: its last line must be -----END … PRIVATE KEY-----");
    }
    let locked = "is protected by a passphrase: send one without (ssh-keygen -p removes it)";
    if label == "ENCRYPTED" || rest.iter().any(|line| line.starts_with("Proc-Type:")) {
        return wrong(locked);
    }
    let Ok(key) = STANDARD.decode(rest.concat()) else {
        return wrong("is damaged between its first and last line");
    };
    if label != "OPENSSH" {
        return if key.is_empty() { wrong("is empty") } else { Ok(()) };
    }
    match key.strip_prefix(MAGIC).and_then(|rest| rest.split_first_chunk()) {
        Some(([0, 0, 0, 4], rest)) if rest.starts_with(b"none") => Ok(()),
        Some(([0, 0, 0, _], _)) => wrong(locked),
        _ => wrong("is damaged between its first and last line"),
    }
}

/// Refuses what has a line that is none of a known_hosts file, and what names no host at all.
///
/// # Errors
/// `invalid` with `ssh.known_hosts`.
pub(super) fn check_known_hosts(text: &str) -> Result<()> {
    let wrong = |words: String| Err(Error::invalid("ssh.known_hosts", words));
    let mut hosts = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_none_or(|word| word.starts_with('#')) {
            continue;
        }
        words.next_if(|word| matches!(*word, "@cert-authority" | "@revoked"));
        let (_names, kind, key) = (words.next(), words.next(), words.next());
        let is_kind =
            |kind: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|start| kind.starts_with(start));
        let is_key = |key: &str| STANDARD.decode(key).is_ok_and(|key| !key.is_empty());
        if !kind.is_some_and(is_kind) || !key.is_some_and(is_key) {
            return wrong(format!(
                "line {number} must be as ssh-keyscan prints it: name, type, key"
            ));
        }
        hosts += 1;
    }
    if hosts == 0 { wrong("names no host".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openssh(cipher: &str) -> String {
        let length = u32::try_from(cipher.len()).unwrap().to_be_bytes();
        let body = STANDARD.encode([MAGIC, &length, cipher.as_bytes(), &[0; 40]].concat());
        format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n")
    }

    #[test]
    fn a_key_that_cannot_be_used_is_told_at_once() {
        let pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        for key in [openssh("none"), pem.to_owned(), pem.replace("PRIVATE", "EC PRIVATE")] {
            assert!(check_key(&key).is_ok(), "{key}");
        }
        let encrypted = pem.replace("PRIVATE", "ENCRYPTED PRIVATE");
        let old = pem.replace("AAAA", "Proc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA");
        for key in [openssh("aes256-ctr"), encrypted, old] {
            let error = check_key(&key).unwrap_err();
            assert!(error.message().contains("passphrase"), "{error}");
            assert_eq!(error.body().field.as_deref(), Some("ssh.key"));
        }
        let cut = openssh("none").replace("-----END", "");
        let damaged = pem.replace("AAAA", "A A*");
        for key in ["garbage", &pem.replace("PRIVATE", "PUBLIC"), &cut, &damaged] {
            assert!(check_key(key).is_err(), "{key}");
        }
    }

    #[test]
    fn known_hosts_are_lines_of_hosts() {
        let line = "[lab]:22,10.0.0.1 ssh-ed25519 AAAAC3Nz comment";
        for text in
            [line.to_owned(), format!("# a\n\n@cert-authority {line}\n|1|a=|b= ecdsa-x AAAA")]
        {
            assert!(check_known_hosts(&text).is_ok(), "{text}");
        }
        for text in ["garbage", "# nothing", "lab ssh-ed25519", "lab ssh-ed25519 ***", "lab x AAAA"]
        {
            let error = check_known_hosts(text).unwrap_err();
            assert_eq!(error.body().field.as_deref(), Some("ssh.known_hosts"), "{text}");
        }
    }
}
