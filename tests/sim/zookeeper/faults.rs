//! What happens to the machines and the network of a life, and when.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use milena::base::rng::Rng;
use milena::net::simulated::Delay;

use super::super::machine::Death;
use super::check;
use super::load::Load;
use super::operator::Operator;
use super::world::{CLIENTS, World};

/// Each kind of fault; a run in which one never came proves too little.
pub const KINDS: [&str; 20] = [
    "server killed",
    "server held",
    "unsynced data lost",
    "unsynced data torn",
    "power lost at a sync",
    "power of all lost",
    "disk lost",
    "disk full",
    "disk slow",
    "clock jumped",
    "server cut off",
    "leader cut off",
    "link cut both ways",
    "link cut one way",
    "link slow",
    "connections slow by chance",
    "connections reset",
    "client cut off",
    "client killed",
    "reconfiguration",
];

/// What is undone when a fault is over.
#[derive(Debug)]
enum Undo {
    Start(usize),
    LetGo(usize),
    Room(usize),
    Pace(usize),
    /// The power fails at last, where no sync came.
    Power(usize),
    Join(Vec<(Ipv4Addr, Ipv4Addr)>),
    Speed(Vec<(Ipv4Addr, Ipv4Addr)>),
    Spread,
    /// A server votes again.
    Member(usize),
}

/// The faults of a life.
pub struct Faults {
    rng: Rng,
    next: Duration,
    undo: Vec<(Duration, Undo)>,
    /// A server that has lost its disk: until it has everything again, no other may lose its own.
    fragile: Option<usize>,
    pub operator: Operator,
    pub counts: BTreeMap<&'static str, u64>,
    usual: (Delay, Duration),
    strikes: bool,
}

fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

impl Faults {
    pub fn new(world: &World, rng: &mut Rng) -> Faults {
        let mut rng = Rng::seeded(rng.next_u64());
        let most = [0, 1, 2, 5][rng.below(4) as usize];
        let spread = [0, 1, 3][rng.below(3) as usize];
        let usual = (Delay { least: millis(0), most: millis(most) }, millis(spread));
        world.network.delay(usual.0, usual.1);
        Faults {
            next: millis(3_000 + rng.below(2_000)),
            rng,
            undo: Vec::new(),
            fragile: None,
            operator: Operator::default(),
            counts: BTreeMap::new(),
            usual,
            strikes: true,
        }
    }

    fn between(&mut self, least: u64, most: u64) -> Duration {
        millis(least + self.rng.below(most - least + 1))
    }

    /// Starts what has ended by itself again, a second later, as whoever looks after it does.
    pub async fn look_after(&mut self, world: &mut World) {
        for index in 0..world.traits.size {
            let machine = &mut world.servers[index];
            if machine.memory().has_power() {
                if machine.bury().await {
                    self.later(world, millis(1_000), Undo::Start(index));
                }
            } else if machine.is_up {
                // The power of the machine failed at a sync.
                let death = self.power_lost();
                self.end(world, index, death).await;
            }
        }
    }

    fn power_lost(&mut self) -> Death {
        if self.rng.below(2) == 0 { Death::PowerLost } else { Death::Torn }
    }

    /// Ends what is over, and strikes, unless all is to heal, when it is time to.
    pub async fn tick(&mut self, world: &mut World, load: &Load, strikes: bool) {
        self.look_after(world).await;
        let now = world.network.elapsed();
        while let Some(at) = self.undo.iter().position(|(at, _)| *at <= now) {
            let (_, undo) = self.undo.remove(at);
            self.mend(world, undo).await;
        }
        if let Some(index) = self.fragile
            && check::serves(world, index)
        {
            world.listener.say(&format!("server {} has everything again", index + 1));
            self.fragile = None;
        }
        if strikes && now >= self.next {
            self.next = now + self.between(500, 6_000);
            self.strike(world, load).await;
        }
    }

    /// Ends all faults.
    pub async fn heal(&mut self, world: &mut World) {
        self.strikes = false;
        for (_, undo) in std::mem::take(&mut self.undo) {
            self.mend(world, undo).await;
        }
        for (_, undo) in std::mem::take(&mut self.undo) {
            // Whose power failed only now.
            self.mend(world, undo).await;
        }
        world.network.mend();
    }

    async fn mend(&mut self, world: &mut World, undo: Undo) {
        world.listener.say(&format!("over: {undo:?}"));
        match undo {
            Undo::Start(index) => {
                if !world.servers[index].is_up {
                    world.start(index);
                    if self.strikes && self.rng.below(4) == 0 {
                        // What a server does first is the most delicate.
                        self.cut_at_sync(world, index);
                    }
                }
            }
            Undo::LetGo(index) => {
                let machine = &mut world.servers[index];
                if machine.is_held {
                    machine.is_held = false;
                    machine.node.let_go();
                }
            }
            Undo::Room(index) => world.servers[index].memory().limit_room(None),
            Undo::Pace(index) => world.servers[index].node.slow_disk(world.traits.disk),
            Undo::Power(index) => {
                if world.servers[index].is_up {
                    let death = self.power_lost();
                    self.end(world, index, death).await;
                }
            }
            Undo::Join(links) => {
                links.into_iter().for_each(|(from, to)| world.network.join_again(from, to));
            }
            Undo::Speed(links) => {
                let network = &world.network;
                links.into_iter().for_each(|(from, to)| network.delay_between(from, to, None));
            }
            Undo::Spread => world.network.delay(self.usual.0, self.usual.1),
            Undo::Member(index) => {
                self.operator.ask(world, Some(World::line(index, "participant")), None);
            }
        }
    }

    fn later(&mut self, world: &World, pause: Duration, undo: Undo) {
        self.undo.push((world.network.elapsed() + pause, undo));
    }

    fn note(&mut self, world: &World, kind: &'static str, what: &str) {
        assert!(KINDS.contains(&kind), "{kind} is not in the list");
        *self.counts.entry(kind).or_default() += 1;
        world.listener.say(&format!("fault: {kind}: {what}"));
    }

    /// A server: the leader, or any.
    fn victim(&mut self, world: &World) -> usize {
        match self.rng.below(3) {
            0 => world.leader().unwrap_or(0),
            _ => self.rng.below(world.traits.size as u64) as usize,
        }
    }

    async fn strike(&mut self, world: &mut World, load: &Load) {
        let index = self.victim(world);
        let name = world.servers[index].name.clone();
        match self.rng.below(26) {
            0..=2 => self.kill(world, index, Death::Killed, "server killed").await,
            3..=4 => self.hold(world, index),
            5 => self.kill(world, index, Death::PowerLost, "unsynced data lost").await,
            6 => self.kill(world, index, Death::Torn, "unsynced data torn").await,
            7..=9 => self.cut_at_sync(world, index),
            10 => {
                let all: Vec<usize> = (0..world.traits.size).collect();
                for index in all {
                    if world.servers[index].is_up {
                        let death = self.power_lost();
                        self.end(world, index, death).await;
                    }
                }
                self.note(world, "power of all lost", "");
            }
            11..=12 => self.lose_disk(world, index).await,
            13 => {
                let room = self.rng.below(3_000);
                world.servers[index].memory().limit_room(Some(room));
                let pause = self.between(500, 4_000);
                self.later(world, pause, Undo::Room(index));
                self.note(world, "disk full", &name);
            }
            14 => {
                let takes = self.between(2, 300);
                world.servers[index].node.slow_disk(takes);
                let pause = self.between(1_000, 8_000);
                self.later(world, pause, Undo::Pace(index));
                self.note(world, "disk slow", &format!("{name}: {takes:?}"));
            }
            15 => {
                let by = self.rng.below(3_600_000).cast_signed() - 1_800_000;
                world.servers[index].node.jump(by);
                self.note(world, "clock jumped", &format!("{name} by {by} ms"));
            }
            16 => {
                let own = world.servers[index].node.address();
                self.cut_off(world, own, "server cut off");
            }
            17 => {
                let leader = world.leader().unwrap_or(index);
                let own = world.servers[leader].node.address();
                self.cut_off(world, own, "leader cut off");
            }
            18 => {
                let (one, other) = self.two(world);
                self.cut(world, vec![(one, other), (other, one)], "link cut both ways");
            }
            19 => {
                let link = self.two(world);
                self.cut(world, vec![link], "link cut one way");
            }
            20 => self.slow(world),
            21 => {
                let mut broken = 0;
                for _ in 0..=self.rng.below(6) {
                    broken += u64::from(world.network.reset_one());
                }
                self.note(world, "connections reset", &broken.to_string());
            }
            22..=23 => self.strike_client(world, load).await,
            _ => self.reconfigure(world, index),
        }
    }

    async fn end(&mut self, world: &mut World, index: usize, death: Death) {
        world.listener.say(&format!("server {}: {death:?}", index + 1));
        world.servers[index].end(death).await;
        let pause = self.between(200, 5_000);
        self.later(world, pause, Undo::Start(index));
    }

    async fn kill(&mut self, world: &mut World, index: usize, death: Death, kind: &'static str) {
        if !world.servers[index].is_up {
            return;
        }
        let name = world.servers[index].name.clone();
        self.note(world, kind, &name);
        self.end(world, index, death).await;
    }

    /// The power fails just before one of the next syncs takes effect.
    fn cut_at_sync(&mut self, world: &World, index: usize) {
        let machine = &world.servers[index];
        if !machine.is_up {
            return;
        }
        let at = machine.memory().syncs() + self.rng.below(12);
        machine.memory().cut_power_at_sync(at);
        let name = machine.name.clone();
        let pause = self.between(1_000, 3_000);
        self.later(world, pause, Undo::Power(index));
        self.note(world, "power lost at a sync", &name);
    }

    /// Only where all others have what this server has, and it votes: then it is a minority.
    async fn lose_disk(&mut self, world: &mut World, index: usize) {
        let whole = check::is_whole(world);
        if self.fragile.is_some() || !whole || self.operator.is_busy() {
            return;
        }
        self.fragile = Some(index);
        self.kill(world, index, Death::DiskLost, "disk lost").await;
    }

    fn hold(&mut self, world: &mut World, index: usize) {
        let machine = &mut world.servers[index];
        if machine.is_held || !machine.is_up {
            return;
        }
        machine.is_held = true;
        machine.node.hold();
        let name = machine.name.clone();
        let pause = self.between(500, 8_000);
        self.later(world, pause, Undo::LetGo(index));
        self.note(world, "server held", &format!("{name} for {pause:?}"));
    }

    fn addresses(&self, world: &World) -> Vec<Ipv4Addr> {
        let servers = world.servers.iter().map(|it| it.node.address());
        servers.chain(world.clients.iter().map(|it| it.address())).collect()
    }

    fn two(&mut self, world: &World) -> (Ipv4Addr, Ipv4Addr) {
        let all = self.addresses(world);
        // One of them is a server.
        let at = self.rng.below(world.traits.size as u64) as usize;
        let step = 1 + self.rng.below(all.len() as u64 - 1) as usize;
        let pair = (all[at], all[(at + step) % all.len()]);
        if self.rng.below(2) == 0 { pair } else { (pair.1, pair.0) }
    }

    fn cut_off(&mut self, world: &World, own: Ipv4Addr, kind: &'static str) {
        let others = self.addresses(world).into_iter().filter(|it| *it != own);
        let links = others.flat_map(|it| [(own, it), (it, own)]).collect();
        self.cut(world, links, kind);
    }

    fn cut(&mut self, world: &World, links: Vec<(Ipv4Addr, Ipv4Addr)>, kind: &'static str) {
        links.iter().for_each(|(from, to)| world.network.cut(*from, *to));
        let pause = self.between(500, 9_000);
        self.note(world, kind, &format!("{:?} for {pause:?}", links[0]));
        self.later(world, pause, Undo::Join(links));
    }

    fn slow(&mut self, world: &World) {
        let pause = self.between(1_000, 9_000);
        if self.rng.below(3) == 0 {
            let spread = self.between(20, 300);
            world.network.delay(self.usual.0, spread);
            self.later(world, pause, Undo::Spread);
            return self.note(world, "connections slow by chance", &format!("up to {spread:?}"));
        }
        let (one, other) = self.two(world);
        let least = self.between(1, 200);
        let delay = Delay { least, most: least + self.between(0, 300) };
        let mut links = vec![(one, other)];
        if self.rng.below(2) == 0 {
            links.push((other, one));
        }
        links.iter().for_each(|(from, to)| {
            world.network.delay_between(*from, *to, Some(delay));
        });
        self.note(world, "link slow", &format!("{one} to {other}: {delay:?}"));
        self.later(world, pause, Undo::Speed(links));
    }

    /// A client's session expires unawares, or it is killed and never comes back to it.
    async fn strike_client(&mut self, world: &World, load: &Load) {
        let machine = self.rng.below(CLIENTS as u64) as usize;
        let node = &world.clients[machine];
        if self.rng.below(2) == 0 {
            return self.cut_off(world, node.address(), "client cut off");
        }
        node.kill().await;
        node.ready();
        self.note(world, "client killed", &node.address().to_string());
        load.begin(world, machine);
    }

    /// A server leaves the ensemble for a while, or has no vote in it.
    fn reconfigure(&mut self, world: &World, index: usize) {
        let known = world.leader().and_then(|it| world.standing(it)).and_then(|it| it.members);
        let all = known.is_some_and(|it| it.voters().count() == world.traits.size);
        let member = |(_, undo): &(Duration, Undo)| matches!(undo, Undo::Member(_));
        if !all || self.fragile.is_some() || self.operator.is_busy() || self.undo.iter().any(member)
        {
            return;
        }
        match self.rng.below(2) {
            0 => self.operator.ask(world, Some(World::line(index, "observer")), None),
            _ => self.operator.ask(world, None, Some((index + 1).to_string())),
        }
        let pause = self.between(2_000, 8_000);
        self.later(world, pause, Undo::Member(index));
        self.note(world, "reconfiguration", &world.servers[index].name.clone());
    }
}
