//! Mutual TLS out of PEM text. It trusts the one authority it is given and no other, and reads no file.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::config::TlsFiles;

/// Makes a connector that shows our certificate and believes the given authority.
///
/// # Errors
/// Names the text (`tls.ca`, `tls.cert`, `tls.key`) that cannot be used and says why; never its content.
pub(super) fn connector(files: &TlsFiles) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    for cert in certificates("tls.ca", &files.ca)? {
        roots.add(cert).map_err(|error| format!("tls.ca: {error}"))?;
    }
    let chain = certificates("tls.cert", &files.cert)?;
    let key = PrivateKeyDer::from_pem_slice(files.key.expose().as_bytes())
        .map_err(|_| "tls.key: no private key in PEM form (without a passphrase)".to_owned())?;
    // Named, not the process's default: which provider that is, is not ours to rely on.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("tls: {error}"))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|error| format!("tls.cert and tls.key do not fit: {error}"))?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The name the engine's certificate must bear.
///
/// # Errors
/// The host is neither a name nor an address.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned())
        .map_err(|_| format!("{host} is no name that a certificate can bear"))
}

fn certificates(field: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certs: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certs {
        Ok(certs) if !certs.is_empty() => Ok(certs),
        _ => Err(format!("{field}: no certificate in PEM form")),
    }
}

/// What a failed handshake means for whoever put the certificates there.
pub(super) fn reason(error: &io::Error) -> String {
    use rustls::{AlertDescription, CertificateError, Error};
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "the engine's certificate is not signed by tls.ca".to_owned()
        }
        Some(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "the engine's certificate is for another name than the address has".to_owned(),
        Some(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => "the engine's certificate has expired".to_owned(),
        Some(Error::InvalidCertificate(why)) => format!("the engine's certificate is refused: {why}"),
        Some(Error::AlertReceived(
            alert @ (AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError),
        )) => format!("the engine refuses the hub's certificate ({alert:?}): is it signed by the engine's own authority?"),
        Some(Error::InvalidMessage(_)) => {
            "what answers there speaks no TLS: leave the certificates out, or use the engine's TLS port".to_owned()
        }
        Some(other) => format!("TLS: {other}"),
        None => format!("the TLS handshake was cut off: {error}"),
    }
}
