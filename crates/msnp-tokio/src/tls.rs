use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Who may sign the certificates of HTTPS servers.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The authorities that the operating system trusts, read when the first one is needed.
    #[default]
    System,
    /// These alone, each certificate in DER.
    Given(Vec<Vec<u8>>),
}

/// The text holds no certificate in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no certificate in PEM")]
pub struct NoCertificate;

impl Roots {
    /// The certificates of a PEM file, and no others.
    ///
    /// # Errors
    /// [`NoCertificate`] when there is none, or one of them is damaged.
    pub fn pem(text: &[u8]) -> Result<Self, NoCertificate> {
        let mut roots = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(text) {
            roots.push(certificate.map_err(|_| NoCertificate)?.to_vec());
        }
        if roots.is_empty() { Err(NoCertificate) } else { Ok(Self::Given(roots)) }
    }
}

/// The settings of every HTTPS request. `None` where this machine cannot do TLS at all.
pub(crate) fn client_config(roots: &Roots) -> Option<Arc<ClientConfig>> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Roots::Given(given) => {
            store.add_parsable_certificates(given.iter().cloned().map(CertificateDer::from));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(store)
        .with_no_client_auth();
    Some(Arc::new(config))
}
