//! What operators see of an ensemble, and what they tell its servers about their disks.

use milena::zookeeper::jute::request::CreateMode;

use super::create;
use crate::support::ensemble::Ensemble;
use crate::support::{servers, within};

/// What a command of a server's admin port answers.
async fn asked(ensemble: &Ensemble, id: i64, command: &str) -> String {
    let at = ensemble.running[&id].admin_address().expect("a port");
    let request = format!("GET /commands/{command} HTTP/1.0\r\n\r\n");
    servers::word(&at.ip().to_string(), at.port(), &request).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_member_says_what_it_is() {
    let ensemble = Ensemble::start(3).await;
    let leader = ensemble.leader().await;
    let follower = ensemble.followers().await[0];
    let (client, _) = ensemble.client(follower).await;
    create(&client, "/a", CreateMode::Persistent).await.unwrap();
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let of_leader = within("both followers", async {
        loop {
            let said = lines(ensemble.word(leader, "mntr").await.unwrap());
            if said.iter().any(|line| line == "zk_synced_followers\t2") {
                return said;
            }
        }
    })
    .await;
    for line in [
        "zk_server_state\tleader",
        "zk_peer_state\tleading - broadcast",
        "zk_quorum_size\t3",
        "zk_learners\t2",
        "zk_synced_observers\t0",
        "zk_proposal_count\t2",
        "zk_commit_count\t2",
        "zk_looking_count\t1",
        "zk_cnt_leader_unavailable_time\t1",
    ] {
        assert!(of_leader.iter().any(|it| it == line), "{line} in {of_leader:?}");
    }
    let of_follower = lines(ensemble.word(follower, "mntr").await.unwrap());
    for line in [
        "zk_server_state\tfollower",
        "zk_peer_state\tfollowing - broadcast",
        "zk_quorum_size\t3",
        "zk_learner_proposal_received_count\t2",
        "zk_learner_commit_received_count\t2",
        "zk_proposal_count\t0",
    ] {
        assert!(of_follower.iter().any(|it| it == line), "{line} in {of_follower:?}");
    }
    assert!(!of_follower.iter().any(|line| line.starts_with("zk_learners\t")));

    assert!(
        ensemble.word(leader, "srvr").await.unwrap().contains("\nProposal sizes last/min/max: ")
    );
    let conf = ensemble.word(follower, "conf").await.unwrap();
    assert!(conf.contains(&format!("\nserverId={follower}\ninitLimit=50\n")), "{conf}");
    assert!(conf.contains("\nmembership: \nserver.1=") && conf.ends_with("\nversion=0"), "{conf}");
    for id in [leader, follower] {
        let said = asked(&ensemble, id, "leader").await;
        let expected = format!(
            "\n{{\n  \"is_leader\" : {},\n  \"leader_id\" : {leader},\n  \"leader_ip\" : \"",
            id == leader
        );
        assert!(said.contains(&expected), "{said}");
    }
    let said = asked(&ensemble, follower, "zabstate").await;
    assert!(
        said.contains("\n  \"voting\" : true,\n  \"last_zxid\" : \"0x100000002\",\n"),
        "{said}"
    );
    let said = asked(&ensemble, follower, "voting_view").await;
    assert!(said.contains("\n    \"3\" : {\n      \"server_addresses\" : [ \"127."), "{said}");
    client.close().await;
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_disk_is_told_from_a_new_one() {
    let mut ensemble = Ensemble::of(3);
    ensemble.autocreate = false;
    // What zkServer-initialize leaves.
    for id in [1, 2] {
        std::fs::create_dir_all(ensemble.folder_of(id).join("zookeeper")).unwrap();
        std::fs::write(ensemble.folder_of(id).join("zookeeper/initialize"), "").unwrap();
    }
    ensemble.up(3).await;
    ensemble.up(1).await;
    ensemble.up(2).await;
    assert_ne!(ensemble.leader().await, 3, "nobody votes for an empty disk");
    let promise = ensemble.folder_of(1).join("zookeeper/initialize");
    assert!(!std::fs::exists(promise).unwrap(), "it counts once");
    let (client, _) = ensemble.client(3).await;
    create(&client, "/a", CreateMode::Persistent).await.unwrap();
    client.close().await;

    // The disks of two are lost. The third alone has what was acknowledged: without it there is no
    // leader, with it there is none either until one of the others is known to be whole.
    for id in [1, 2] {
        ensemble.kill(id).await;
        std::fs::remove_dir_all(ensemble.folder_of(id).join("zookeeper/version-2")).unwrap();
    }
    ensemble.up(1).await;
    ensemble.up(2).await;
    for id in [1, 2] {
        assert_eq!(ensemble.mode(id).await, None);
    }
    // An operator says so of one of them: now the two are a quorum, and the third gets it all.
    ensemble.kill(1).await;
    std::fs::write(ensemble.folder_of(1).join("zookeeper/initialize"), "").unwrap();
    ensemble.up(1).await;
    assert_eq!(ensemble.leader().await, 3, "it has the most");
    for id in [1, 2] {
        let (client, _) = ensemble.client(id).await;
        client.sync("/").await.unwrap();
        assert!(client.exists("/a", false).await.unwrap().is_some(), "on {id}");
        client.close().await;
    }
    ensemble.stop().await;
}
