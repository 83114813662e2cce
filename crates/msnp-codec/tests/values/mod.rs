//! Values for the parameters of commands, and the commands that can be made of them.

use msnp_codec::command::*;
use msnp_codec::{ClientCommand, Encoded, Hidden, ServerCommand};
use msnp_core::{
    ErrorCode, List, ListSync, Lists, Login, NetworkId, Status, TransactionId, Version,
};
use proptest::prelude::*;

/// What the parameters of one round of commands are made of.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    account: String,
    name: String,
    word: [String; 3],
    guid: String,
    key: String,
    digits: String,
    number: [u32; 3],
    bits: u8,
    list: List,
    status: Status,
    login: Login,
    acknowledge: Acknowledge,
    body: Vec<u8>,
    /// How many of the optional parameters at the end are there.
    depth: usize,
    /// Whether an optional parameter with a place of its own is there.
    given: bool,
}

/// Any values.
pub(crate) fn any_values() -> impl Strategy<Value = Values> {
    let texts = (
        "[a-z]{1,8}@example\\.com",
        "\\PC{1,12}",
        ["[!-~]{1,12}", "[!-~é♥]{1,12}", "[a-z0-9:.-]{1,20}"],
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "[A-Z]{3}",
        "[0-9]{1,9}",
    );
    let numbers = (any::<[u32; 3]>(), any::<u8>(), 0_usize..4, any::<bool>());
    let kinds = (
        prop::sample::select(List::ALL.to_vec()),
        "[A-Z]{3}".prop_map(|code| Status::parse(code.as_bytes()).unwrap()),
        prop::sample::select(vec![Login::Md5, Login::Passport, Login::Sso]),
        prop::sample::select(vec![
            Acknowledge::Nothing,
            Acknowledge::Failure,
            Acknowledge::Always,
            Acknowledge::Data,
        ]),
    );
    // The shortest limit of a body in the table is that of QRY, 256.
    let body = prop::collection::vec(any::<u8>(), 0..200);
    (texts, numbers, kinds, body).prop_map(
        |((account, name, word, guid, key, digits), (number, bits, depth, given), kinds, body)| {
            let (list, status, login, acknowledge) = kinds;
            Values {
                account,
                name,
                word,
                guid,
                key,
                digits,
                number,
                bits,
                list,
                status,
                login,
                acknowledge,
                body,
                depth,
                given,
            }
        },
    )
}

impl Values {
    /// One set of values.
    pub(crate) fn example() -> Self {
        Self {
            account: "alice@example.com".into(),
            name: "Alice ♥ 100%".into(),
            word: ["one".into(), "two".into(), "three".into()],
            guid: "00000000-0000-0000-0000-000000000001".into(),
            key: "MFN".into(),
            digits: "12".into(),
            number: [1, 2, 3],
            bits: 3,
            list: List::Forward,
            status: Status::AWAY,
            login: Login::Md5,
            acknowledge: Acknowledge::Always,
            body: b"hello".to_vec(),
            depth: 3,
            given: true,
        }
    }

    fn word(&self, at: usize) -> &str {
        &self.word[at]
    }

    fn name(&self) -> Encoded<'_> {
        Encoded::new(&self.name)
    }

    fn transaction(&self) -> TransactionId {
        TransactionId::new(self.number[0])
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { basic: self.number[1], extended: self.given.then_some(self.number[2]) }
    }

    /// Capabilities and object: none, the first, or both.
    fn equipment(&self) -> (Option<Capabilities>, Option<Encoded<'_>>) {
        let object = Encoded::new_strict(&self.word[0]);
        (self.upto(1, self.capabilities()), self.upto(2, object))
    }

    fn upto<T>(&self, depth: usize, value: T) -> Option<T> {
        (self.depth >= depth).then_some(value)
    }

    fn given<T>(&self, value: T) -> Option<T> {
        self.given.then_some(value)
    }

    fn contact_name(&self, version: Version) -> ContactName<'_> {
        let network = NetworkId(self.number[2]);
        let network = match version.number() {
            ..=13 => None,
            14..=17 => Some(network),
            _ => self.given(network),
        };
        ContactName { account: &self.account, network }
    }

    fn place(&self) -> Place<'_> {
        Place {
            transaction: self.transaction(),
            serial: &self.digits,
            position: self.number[1],
            total: self.number[2],
        }
    }

    fn client_cvr(&self) -> ClientCvr<'_> {
        ClientCvr {
            transaction: self.transaction(),
            locale: "0x0409",
            system: self.word(0),
            system_version: self.word(1),
            architecture: self.word(2),
            client: self.word(0),
            client_version: self.word(1),
            code_base: self.upto(1, self.word(2)),
            account: self.upto(2, &self.account),
            hops: self.upto(3, self.word(0)),
        }
    }

    fn server_cvr(&self) -> ServerCvr<'_> {
        ServerCvr {
            transaction: self.transaction(),
            recommended: self.word(0),
            recommended_again: self.word(1),
            minimum: self.word(2),
            download: self.word(0),
            information: self.word(1),
        }
    }

    /// The number of a group, or its GUID.
    fn group(&self, version: Version) -> &str {
        if version.has_guids() { &self.guid } else { &self.digits }
    }

    /// The serial number in an answer about groups; from MSNP10 a 1 stands for none.
    fn group_serial(&self, version: Version) -> Option<&str> {
        if version.has_list_serials() {
            return Some(&self.digits);
        }
        self.given(self.digits.as_str()).filter(|serial| *serial != "1")
    }

    fn sbp(&self) -> Sbp<'_> {
        Sbp {
            transaction: self.transaction(),
            contact: &self.guid,
            key: &self.key,
            value: self.given(self.name()),
        }
    }

    fn directory_fields(&self) -> Vec<DirectoryField<'_>> {
        let values = [self.name(), Encoded::default(), Encoded::new_strict(&self.word[0])];
        let keys = ["fname", "lname", &self.key];
        let fields = keys.into_iter().zip(values);
        fields.map(|(key, value)| DirectoryField { key, value }).take(self.depth).collect()
    }

    fn presence(&self, version: Version) -> ServerNln<'_> {
        let (capabilities, object) = self.equipment();
        let contact = self.contact_name(version);
        ServerNln { status: self.status, contact, name: self.name(), capabilities, object }
    }
}

/// The client commands of a verb; none where it has no type.
pub(crate) fn client_commands<'v>(
    verb: &str,
    v: &'v Values,
    version: Version,
) -> Vec<ClientCommand<'v>> {
    let transaction = v.transaction();
    let account = v.account.as_str();
    vec![match verb {
        "VER" => {
            let offers = v.word.iter().take(v.depth).map(String::as_str).collect();
            ClientVer { transaction, offers }.into()
        }
        "INF" => ClientInf { transaction }.into(),
        "CVR" => v.client_cvr().into(),
        "CVQ" => ClientCvq(v.client_cvr()).into(),
        "USR" => {
            return vec![
                ClientUsr::Initiate { transaction, login: v.login, account }.into(),
                ClientUsr::Prove {
                    transaction,
                    login: v.login,
                    proof: Hidden(v.word(0)),
                    blob: v.upto(1, Hidden(v.word(1))),
                    machine: v.upto(2, v.word(2)),
                }
                .into(),
                ClientUsr::Circle { transaction, ticket: Hidden(v.word(0)) }.into(),
                ClientUsr::Switchboard { transaction, account, cookie: Hidden(v.word(0)) }.into(),
            ];
        }
        "XFR" => ClientXfr { transaction, service: v.word(0) }.into(),
        "SYN" => ClientSyn { transaction, lists: v.word(0), settings: v.given(v.word(1)) }.into(),
        "LST" => ClientLst { transaction, list: v.list }.into(),
        "LSG" => ClientLsg { transaction }.into(),
        "SBP" => v.sbp().into(),
        "ADG" => ClientAdg { transaction, name: v.name() }.into(),
        "REG" => ClientReg { transaction, id: v.group(version), name: v.name() }.into(),
        "RMG" => {
            return vec![
                ClientRmg { transaction, id: v.group(version) }.into(),
                ClientRmg { transaction, id: v.word(1) }.into(),
            ];
        }
        "GTC" => ClientGtc { transaction, setting: v.word(0) }.into(),
        "BLP" => ClientBlp { transaction, setting: v.word(0) }.into(),
        "PRP" => ClientPrp { transaction, key: v.word(0), value: v.given(v.name()) }.into(),
        "REA" => ClientRea { transaction, account, name: v.name() }.into(),
        "ADD" => ClientAdd {
            transaction,
            list: v.list,
            account,
            name: v.upto(1, v.name()),
            group: v.upto(2, v.word(0)),
        }
        .into(),
        "ADC" => ClientAdc {
            transaction,
            list: v.list,
            account: v.upto(1, account),
            name: v.upto(2, if v.given { v.name() } else { Encoded::default() }),
            guid: v.given(&v.guid),
            group: v.upto(3, &v.guid),
        }
        .into(),
        "REM" => {
            ClientRem { transaction, list: v.list, contact: v.word(0), group: v.given(v.word(1)) }
                .into()
        }
        "CHG" => {
            let (capabilities, object) = v.equipment();
            ClientChg { transaction, status: v.status, capabilities, object }.into()
        }
        "UUX" => ClientUux { transaction, body: &v.body }.into(),
        "QRY" => ClientQry { transaction, product: v.word(0), response: &v.body }.into(),
        "PNG" => ClientPng {}.into(),
        "OUT" => ClientOut {}.into(),
        "GCF" => ClientGcf { transaction, document: v.word(0) }.into(),
        "PAG" => ClientPag { transaction, account, kind: v.given(v.word(0)), body: &v.body }.into(),
        "PGD" => ClientPgd { transaction, account, kind: v.given(v.word(0)), body: &v.body }.into(),
        "URL" => {
            ClientUrl { transaction, service: v.word(0), arguments: v.given(v.word(1)) }.into()
        }
        "FND" => ClientFnd { transaction, fields: v.directory_fields() }.into(),
        "SND" => ClientSnd {
            transaction,
            address: account,
            locale: v.upto(1, v.word(0)),
            client: v.upto(2, v.word(1)),
            code_base: v.upto(3, v.word(2)),
        }
        .into(),
        "SDC" => ClientSdc {
            transaction,
            address: account,
            locale: v.word(0),
            client: v.word(1),
            code_base: v.word(2),
            name: v.name(),
            body: &v.body,
        }
        .into(),
        "IMS" => ClientIms { transaction, setting: v.word(0) }.into(),
        "CAL" => ClientCal { transaction, account }.into(),
        "ANS" => {
            ClientAns { transaction, account, cookie: Hidden(v.word(0)), session: v.word(1) }.into()
        }
        "MSG" => ClientMsg { transaction, acknowledge: v.acknowledge, body: &v.body }.into(),
        _ => return vec![],
    }]
}

/// The server commands of a verb; none where it has no type.
pub(crate) fn server_commands<'v>(
    verb: &str,
    v: &'v Values,
    version: Version,
) -> Vec<ServerCommand<'v>> {
    let transaction = v.transaction();
    let account = v.account.as_str();
    let serial = v.digits.as_str();
    vec![match verb {
        "VER" => {
            let chosen = v.word.iter().take(v.depth).map(String::as_str).collect();
            ServerVer { transaction, chosen }.into()
        }
        "INF" => ServerInf { transaction, schemes: v.word(0) }.into(),
        "CVR" => v.server_cvr().into(),
        "CVQ" => ServerCvq(v.server_cvr()).into(),
        "USR" => {
            let (name, verified, restricted) = match (version.number(), v.given) {
                (_, true) => (Some(v.name()), None, None),
                (..=5, _) => (v.upto(1, v.name()), None, None),
                (6..=7, _) => (Some(v.name()), Some("1"), None),
                (8..=9, _) => (Some(v.name()), Some(v.word(0)), Some(v.word(1))),
                (10.., _) => (None, Some(v.word(0)), Some(v.word(1))),
            };
            let who = SignedIn { account, name, verified, restricted };
            return vec![
                ServerUsr::Ok { transaction, who }.into(),
                ServerUsr::Challenge {
                    transaction,
                    login: v.login,
                    challenge: v.word(0),
                    nonce: v.given(v.word(1)),
                }
                .into(),
            ];
        }
        "XFR" => {
            return vec![
                ServerXfr::Notification {
                    transaction,
                    address: v.word(2),
                    marker: v.upto(1, v.word(0)),
                    from: v.upto(2, v.word(1)),
                }
                .into(),
                ServerXfr::Switchboard {
                    transaction,
                    address: v.word(2),
                    cookie: Hidden(v.word(0)),
                }
                .into(),
            ];
        }
        "SYN" => ServerSyn {
            transaction,
            lists: v.word(0),
            settings: (version.list_sync() == ListSync::Stamped).then_some(v.word(1)),
            counts: v.given(Counts { contacts: v.number[1], groups: v.number[2] }),
        }
        .into(),
        "LSG" => ServerLsg {
            place: (version.list_sync() == ListSync::Serial).then(|| v.place()),
            id: v.word(0),
            name: v.name(),
        }
        .into(),
        "LST" => return lists(v, version),
        "GTC" | "BLP" => {
            let (transaction, serial) = (v.upto(1, transaction), v.upto(2, serial));
            let setting = v.word(0);
            match verb {
                "GTC" => ServerGtc { transaction, serial, setting }.into(),
                _ => ServerBlp { transaction, serial, setting }.into(),
            }
        }
        "PRP" => {
            let (transaction, serial) = match version.has_list_serials() {
                true => (v.upto(2, transaction), v.upto(1, serial)),
                false => (v.upto(1, transaction), None),
            };
            ServerPrp { transaction, serial, key: &v.key, value: v.given(v.name()) }.into()
        }
        "BPR" => ServerBpr {
            serial: v.upto(2, serial),
            account: v.upto(1, account),
            key: &v.key,
            value: v.given(v.name()),
        }
        .into(),
        "SBP" => v.sbp().into(),
        "ADG" => {
            let serial = v.group_serial(version);
            ServerAdg { transaction, serial, name: v.name(), id: v.group(version) }.into()
        }
        "REG" => {
            let serial = v.group_serial(version);
            ServerReg { transaction, serial, id: v.group(version), name: v.name() }.into()
        }
        "RMG" => {
            let serial = v.group_serial(version);
            ServerRmg { transaction, serial, id: v.group(version) }.into()
        }
        "REA" => ServerRea { transaction, serial, account, name: v.name() }.into(),
        "ADD" => ServerAdd {
            transaction,
            list: v.list,
            serial,
            account,
            name: v.upto(1, v.name()),
            group: v.upto(2, v.word(0)),
        }
        .into(),
        "ADC" => ServerAdc {
            transaction,
            list: v.list,
            account: v.upto(1, account),
            name: v.upto(2, v.name()),
            guid: v.given(&v.guid),
            group: v.upto(3, &v.guid),
        }
        .into(),
        "REM" => ServerRem {
            transaction,
            list: v.list,
            serial: version.has_list_serials().then_some(serial),
            // A number would be taken for the serial of a server that still counts.
            contact: if version.has_guids() { &v.guid } else { account },
            group: v.given(v.word(1)),
        }
        .into(),
        "CHG" => {
            let (capabilities, object) = v.equipment();
            ServerChg { transaction, status: v.status, capabilities, object }.into()
        }
        "ILN" => ServerIln { transaction, presence: v.presence(version) }.into(),
        "NLN" => v.presence(version).into(),
        "FLN" => ServerFln {
            contact: v.contact_name(version),
            capabilities: v.upto(1, v.capabilities()),
        }
        .into(),
        "UUX" => ServerUux { transaction }.into(),
        "UBX" => ServerUbx { contact: v.contact_name(version), body: &v.body }.into(),
        "CHL" => ServerChl { transaction, challenge: v.word(0) }.into(),
        "QRY" => ServerQry { transaction }.into(),
        "QNG" => ServerQng { seconds: v.given(v.number[0]) }.into(),
        "OUT" => ServerOut { reason: v.upto(1, v.word(0)), minutes: v.upto(2, v.number[0]) }.into(),
        "SBS" => ServerSbs { transaction, value: v.given(v.word(0)) }.into(),
        "GCF" => ServerGcf { transaction, document: v.given(v.word(0)), body: &v.body }.into(),
        "NOT" => ServerNot { body: &v.body }.into(),
        "IPG" => ServerIpg { body: &v.body }.into(),
        "PGD" => ServerPgd { transaction, result: v.given(v.word(0)) }.into(),
        "URL" => {
            ServerUrl { transaction, path: v.word(0), login: v.word(1), id: v.given(v.word(2)) }
                .into()
        }
        "FND" => ServerFnd {
            transaction,
            position: v.number[1],
            total: v.number[2],
            fields: v.directory_fields(),
        }
        .into(),
        "SND" => ServerSnd { transaction, result: v.word(0) }.into(),
        "SDC" => ServerSdc { transaction, result: v.word(0) }.into(),
        "IMS" => ServerIms { transaction, serial: v.word(0), setting: v.word(1) }.into(),
        "RNG" => ServerRng {
            session: v.word(0),
            address: v.word(2),
            cookie: Hidden(v.word(1)),
            account,
            name: v.name(),
        }
        .into(),
        "CAL" => ServerCal { transaction, state: "RINGING", session: v.word(0) }.into(),
        "ANS" => ServerAns { transaction, state: "OK" }.into(),
        "IRO" => ServerIro {
            transaction,
            position: v.number[1],
            total: v.number[2],
            account: v.word(1),
            name: v.name(),
            capabilities: v.upto(1, v.capabilities()),
        }
        .into(),
        "JOI" => ServerJoi {
            account: v.word(1),
            name: v.name(),
            capabilities: v.upto(1, v.capabilities()),
        }
        .into(),
        "BYE" => ServerBye { account: v.word(1), idle: v.given("1") }.into(),
        "MSG" => ServerMsg { account: v.word(1), name: v.name(), body: &v.body }.into(),
        "ACK" => ServerAck { transaction }.into(),
        "NAK" => ServerNak { transaction }.into(),
        _ => return vec![],
    }]
}

fn lists(v: &Values, version: Version) -> Vec<ServerCommand<'_>> {
    let contact = Contact {
        account: &v.account,
        name: Some(v.name()),
        guid: None,
        network: None,
        groups: v.upto(2, v.word(2)),
    };
    match version.list_sync() {
        ListSync::Serial => vec![
            ServerLst::Listed { list: v.list, place: v.place(), contact: Some(contact) }.into(),
            ServerLst::Listed { list: v.list, place: v.place(), contact: None }.into(),
        ],
        ListSync::Counted => {
            vec![ServerLst::Everywhere { contact, lists: Lists::from_bits(v.bits) }.into()]
        }
        ListSync::Stamped | ListSync::Web => {
            let network = version.has_network_ids().then_some(NetworkId(v.number[1]));
            let (name, guid) = (v.given(v.name()), v.upto(3, v.guid.as_str()));
            let contact =
                Contact { name, guid, network: network.filter(|_| v.depth > 0), ..contact };
            vec![ServerLst::Everywhere { contact, lists: Lists::from_bits(v.bits) }.into()]
        }
    }
}

/// Error replies: bare, with a transaction, and with a body where the version has it.
pub(crate) fn errors(code: ErrorCode, v: &Values, version: Version) -> Vec<ServerCommand<'_>> {
    let transaction = Some(v.transaction());
    let bare = ServerError { code, transaction: None, body: None };
    let usual = ServerError { transaction, ..bare.clone() };
    let body = version.errors_have_bodies().then_some(v.body.as_slice());
    vec![bare.into(), usual.into(), ServerError { code, transaction, body }.into()]
}
